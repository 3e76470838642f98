package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/tflite/tflitetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dunlin": main, "mortal": mortal})
}

// TestScripts runs every command as a user does; see testdata/script.
func TestScripts(t *testing.T) {
	if err := os.Unsetenv("DUNLIN_CONFIG"); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("DUNLIN_TFLITE", fixture.Runtime(t))
			env.Setenv("MODELS", fixture.Path(t, "examples", "models"))
			env.Setenv("RECORDINGS", fixture.Path(t, "testdata", "recordings"))
			env.Setenv("ENGINE", fixture.Path(t, "testdata", "engine"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code, "await": await, "awaitlog": awaitlog, "npy": writeNPY, "mount": mount, "signal": sendSignal, "lines": lines, "corrupt": corrupt,
			"trained": trainingSide, "plugin": plugin,
			"version": writeVersion, "repository": writeRepository, "line": standsIn,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// code N COMMAND... runs a command and expects its exit code.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		_, got, _ = strings.Cut(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// plugin FOLDER builds libfault.so there, a delegate that fails where its options say.
func plugin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: plugin folder")
	}
	_, err := tflitetest.Build(ts.MkAbs(args[0]))
	ts.Check(err)
}

// lines N FILE expects a file of N lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines N file")
	}
	if n := strings.Count(ts.ReadFile(args[1]), "\n"); fmt.Sprint(n) != args[0] {
		ts.Fatalf("%s has %d lines, want %s", args[1], n, args[0])
	}
}

// corrupt FILE flips a bit in the middle of a file.
func corrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: corrupt file")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(path, data, 0o644))
}

// await SOCKET REGEXP waits until the daemon's status, as indented JSON with Go's spacing, matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] await socket regexp")
	}
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, last := control.NewClient(ts.MkAbs(args[0])), ""
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := client.Watch(ctx, 100*time.Millisecond, func(s agent.Status) error {
			var b strings.Builder
			if err := printLine(&b, s); err != nil {
				return err
			}
			if last = b.String(); re.MatchString(last) != neg {
				return errFound
			}
			return nil
		})
		if err == errFound {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("no status matches %q within a minute (%v); the last was\n%s", args[1], err, last)
		case <-tick.C: // the socket is not there yet
		}
	}
}

var errFound = fmt.Errorf("found")

var signals = map[string]os.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}

// sendSignal: signal HUP|TERM|KILL goes to the background command that still runs.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || signals[args[0]] == nil {
		ts.Fatalf("usage: signal HUP|TERM|KILL")
	}
	for _, c := range ts.BackgroundCmds() {
		if c.Process != nil && c.ProcessState == nil {
			ts.Check(c.Process.Signal(signals[args[0]]))
			return
		}
	}
	ts.Fatalf("no background command runs")
}

// awaitlog FILE REGEXP waits until a file that somebody writes to matches.
func awaitlog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: awaitlog file regexp")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !re.MatchString(ts.ReadFile(args[0])) {
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s does not match %q within a minute:\n%s", args[0], args[1], ts.ReadFile(args[0]))
		}
	}
}

// mount FOLDER puts a disk of 1 MiB there until the script ends.
func mount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mount folder")
	}
	dir := ts.MkAbs(args[0])
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		ts.Fatalf("mount a small disk: %v: this script must run as root, as the container of .ci/run does", err)
	}
	ts.Defer(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			ts.Logf("unmount %s: %v", dir, err)
		}
	})
}

// writeNPY: npy FILE CSV... writes recordings as one float32 array of [recordings, samples, channels + 1]; the last
// column is the number of the recording's label among the model's.
func writeNPY(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: npy file csv...")
	}
	var body []byte
	labels := []string{"standing", "running", "walking", "badminton"}
	samples, width := 0, 0
	for _, name := range args[1:] {
		r, err := replay.NewReader(name, strings.NewReader(ts.ReadFile(name)))
		ts.Check(err)
		samples = 0
		var row replay.Row
		for err = r.Next(&row); err == nil; err = r.Next(&row) {
			for _, v := range append(row.Values, float32(slices.Index(labels, row.Label))) {
				body = binary.LittleEndian.AppendUint32(body, math.Float32bits(v))
			}
			samples, width = samples+1, len(row.Values)+1
		}
		if err != io.EOF {
			ts.Check(err)
		}
	}
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }", len(args)-1, samples, width)
	out := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(append(out, head...), body...), 0o644))
}
