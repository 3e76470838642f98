// Command init is the first process of the guest of the hardware tests (internal/vm): it loads the kernel's modules and
// then does, one after the other, the checks that the host names on the serial port, one line each. The verdict of a
// check goes back as a vm.Message. "poweroff" ends the machine. Called again by itself with a word, it is a helper of
// the check of the same name.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/internal/vm"
)

// check does one thing to the hardware. What it found out goes to the host with the verdict.
type check func(ctx context.Context, h *host, args []string) (facts any, err error)

// checks by the word that the host sends.
func checks() map[string]check {
	return map[string]check{
		"scan": scanBus, "read": readChips, "kernel": kernelDrivers, "race": raceBus, "edge": buttonEdges, "lines": bridgeEdges,
		"replug": replug, "capture": captureBuffers, "overhead": overhead, "run": wholeRun,
		"sine": hearSine, "overrun": heldUp, "bars": colourBars, "dropped": droppedFrames, "unplugged": pulledCamera,
		"raspberry": raspberryPi, "speech": hearWords,
	}
}

// limit of one check; the host has one for the whole machine. Those of make test-hw have their own.
const limit = 60 * time.Second

var limits = map[string]time.Duration{"raspberry": piLimit, "speech": speechLimit}

func main() {
	if os.Getpid() != 1 {
		os.Exit(help(os.Args[1:]))
	}
	h := &host{out: os.Stdout}
	if err := boot(); err != nil {
		h.done("boot", nil, err)
	} else {
		h.done("boot", map[string]any{"kernel": release()}, nil)
		h.serve()
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// host is the other end of the serial port.
type host struct{ out *os.File }

// serve does what the host says until it says "poweroff" or is gone.
func (h *host) serve() {
	known := checks()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0:
		case words[0] == "poweroff":
			return
		case known[words[0]] == nil:
			h.done(words[0], nil, fmt.Errorf("there is no check %q", words[0]))
		default:
			h.one(words[0], known[words[0]], words[1:])
		}
	}
}

func (h *host) one(name string, do check, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), max(limit, limits[name]))
	defer cancel()
	facts, err := do(ctx, h, args)
	h.done(name, facts, err)
}

// done gives the verdict of a check.
func (h *host) done(name string, facts any, err error) {
	m := vm.Message{Check: name, Done: true}
	if err != nil {
		m.Error = err.Error()
	}
	if facts != nil {
		text, bad := json.Marshal(facts)
		if bad != nil {
			m.Error += "; encode facts: " + bad.Error()
		}
		m.Facts = text
	}
	h.say(m)
}

// ask has the host do something to the machine.
func (h *host) ask(check, what string) { h.say(vm.Message{Check: check, Ask: what}) }

func (h *host) say(m vm.Message) {
	if err := vm.Say(h.out, m); err != nil {
		panic(err) // the kernel then stops the machine
	}
}

func release() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}
