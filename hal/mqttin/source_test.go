package mqttin_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/mqttin"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	open  = "allow_anonymous true\n"
	topic = "site/room/climate"
)

var channels = []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}}

func config(addr string) mqttin.Config {
	return mqttin.Config{URL: "mqtt://" + addr, Topic: topic, Channels: channels}
}

// orphan loses its broker after the first block.
type orphan struct {
	*mqttin.Source
	stop func()
}

func (o *orphan) Run(ctx context.Context, emit func(hal.Block)) error {
	return o.Source.Run(ctx, func(b hal.Block) {
		o.stop()
		emit(b)
	})
}

func TestContract(t *testing.T) {
	addr, _ := mosquitto(t, open)
	other := device(t, addr)
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			publish(t, other, false, topic, fmt.Sprint(i%50, " ", 40))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	haltest.Run(t, haltest.Subject{
		Channels: channels,
		Endless:  func(*testing.T) hal.Source { return mqttin.New(config(addr)) },
		Broken: func(t *testing.T) hal.Source {
			addr, stop := mosquitto(t, open)
			other := device(t, addr)
			publish(t, other, true, topic, "21 40")
			leave(other)
			cfg := config(addr)
			cfg.Retained = true
			return &orphan{mqttin.New(cfg), stop}
		},
		Absent: func(t *testing.T) hal.Source {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			return mqttin.New(config(l.Addr().String()))
		},
	})
	close(stop)
	done.Wait()
}

// collect runs a source until n samples have come.
func collect(t *testing.T, cfg mqttin.Config, n int, other func()) (got []float32, breaks int, src *mqttin.Source) {
	t.Helper()
	src = mqttin.New(cfg)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var publishing sync.WaitGroup
	publishing.Go(func() { // nobody is told when a subscription begins: the last message comes until it has been seen
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			other()
			<-tick.C
		}
	})
	err := src.Run(ctx, func(b hal.Block) {
		if got = append(got, b.Values...); b.Discont {
			breaks++
		}
		if len(got) >= n*len(channels) {
			cancel()
		}
	})
	cancel()
	publishing.Wait()
	if err != nil || len(got) < n*len(channels) {
		t.Fatalf("%d values, %v", len(got), err)
	}
	return got, breaks, src
}

// TestRetained: what was said before we came is stale, unless it is asked for.
func TestRetained(t *testing.T) {
	addr, _ := mosquitto(t, open)
	other := device(t, addr)
	publish(t, other, true, topic, "-99 0")
	got, _, src := collect(t, config(addr), 1, func() { publish(t, other, false, topic, "21 40") })
	if !slices.Equal(got[:2], []float32{21, 40}) || src.Health().Skipped != 0 {
		t.Errorf("values %v, %+v", got, src.Health())
	}
	cfg := config(addr)
	cfg.Retained = true
	if got, _, _ = collect(t, cfg, 1, func() {}); !slices.Equal(got[:2], []float32{-99, 0}) {
		t.Errorf("values %v, want the retained ones", got)
	}
}

// strides is a clock that each look moves by a step.
type strides struct {
	step time.Duration
	n    atomic.Int64
}

func (s *strides) Boot() time.Duration { return time.Duration(s.n.Add(1)) * s.step }
func (s *strides) Wall() time.Time     { return time.Unix(0, 0) }

// TestUndecodable: what cannot be used is counted and told once, and what follows is a new beginning.
func TestUndecodable(t *testing.T) {
	addr, _ := mosquitto(t, open)
	other := device(t, addr)
	var log bytes.Buffer
	cfg := config(addr)
	cfg.Fields, cfg.Logger, cfg.Clock = []string{"t", "h"}, slog.New(slog.NewTextHandler(&log, nil)), &strides{step: time.Second}
	_, breaks, src := collect(t, cfg, 4, func() {
		publish(t, other, false, topic, `{"t": 21, "h": 40}`)
		publish(t, other, false, topic, `{"t": 21}`)
		publish(t, other, false, topic, strings.Repeat(" ", 17<<10))
	})
	if h := src.Health(); h.Skipped < 4 || breaks < 3 || h.Gaps < 2 {
		t.Errorf("%d breaks, %+v", breaks, h)
	}
	warned, well := strings.Count(log.String(), "is of no use"), strings.Count(log.String(), "of use again")
	if warned < 2 || well < 2 || !strings.Contains(log.String(), "skipped=2") || !strings.Contains(log.String(), "field h is missing") {
		t.Errorf("%d times of no use, %d of use again:\n%s", warned, well, log.String())
	}
}

// TestTakingTurns: good and bad messages that take turns are one trouble, told once.
func TestTakingTurns(t *testing.T) {
	addr, _ := mosquitto(t, open)
	other := device(t, addr)
	var log bytes.Buffer
	cfg := config(addr)
	cfg.Logger, cfg.Clock = slog.New(slog.NewTextHandler(&log, nil)), &strides{step: time.Millisecond}
	_, _, src := collect(t, cfg, 10, func() {
		publish(t, other, false, topic, "21")
		publish(t, other, false, topic, "21 40")
	})
	warned, well := strings.Count(log.String(), "is of no use"), strings.Count(log.String(), "of use again")
	if warned != 1 || well != 0 || src.Health().Skipped < 9 {
		t.Errorf("%d times of no use, %d of use again, %d skipped:\n%s", warned, well, src.Health().Skipped, log.String())
	}
}

func TestTLSAndPassword(t *testing.T) {
	const secret = "correct horse"
	cert, key := certificates(t)
	users := write(t, "users", "")
	if out, err := exec.Command(tool(t, "mosquitto_passwd"), "-b", users, "agent", secret).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	addr, _ := mosquitto(t, fmt.Sprintf("allow_anonymous false\npassword_file %s\ncertfile %s\nkeyfile %s\n", users, cert, key))
	cfg := config(addr)
	cfg.URL, cfg.User, cfg.CAFile, cfg.Retained = "mqtts://"+addr, "agent", cert, true
	cfg.PasswordFile = write(t, "password", secret+"\n")
	publishRetained(t, addr, secret, cert)
	if got, _, _ := collect(t, cfg, 1, func() {}); !slices.Equal(got[:2], []float32{21, 40}) {
		t.Errorf("values %v", got)
	}
	for name, c := range map[string]struct {
		change func(*mqttin.Config)
		absent bool
		say    string
	}{
		"wrong password":   {func(c *mqttin.Config) { c.PasswordFile = write(t, "password", "battery staple") }, false, "not Authorized"},
		"no password file": {func(c *mqttin.Config) { c.PasswordFile += ".none" }, true, "write the password of agent into it"},
		"another CA":       {func(c *mqttin.Config) { c.CAFile, _ = certificates(t) }, false, "certificate"},
		"no CA file":       {func(c *mqttin.Config) { c.CAFile = "/none.pem" }, true, "CA certificate"},
		"CA file of text":  {func(c *mqttin.Config) { c.CAFile = users }, false, "holds no certificate"},
		"no TLS":           {func(c *mqttin.Config) { c.URL = "mqtt://" + addr }, false, ""},
		"password in URL":  {func(c *mqttin.Config) { c.URL = "mqtts://agent:staple@" + addr }, false, "password_file"},
		"a filter":         {func(c *mqttin.Config) { c.Topic = "site/+/climate" }, false, "several devices"},
	} {
		bad := cfg
		c.change(&bad)
		src := mqttin.New(bad)
		err := src.Run(t.Context(), func(hal.Block) { t.Error("a block") })
		var gone *hal.AbsentError
		if err == nil || errors.As(err, &gone) != c.absent || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
		if said := fmt.Sprint(err, src, src.Health()); strings.Contains(said, "staple") || strings.Contains(said, secret) {
			t.Errorf("%s prints the password: %s", name, said)
		}
	}
}

// publishRetained says one thing over TLS, by the broker's own tool.
func publishRetained(t *testing.T, addr, secret, ca string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool(t, "mosquitto_pub"), "-h", host, "-p", port, "-u", "agent", "-P", secret, "--cafile", ca,
		"-r", "-q", "1", "-t", topic, "-m", "21 40").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestPacketBomb: a packet of 200 MB is not read into memory.
func TestPacketBomb(t *testing.T) {
	ours, broker := net.Pipe()
	var done sync.WaitGroup
	done.Go(func() {
		buf := make([]byte, 1024)
		for _, answer := range [][]byte{{0x20, 2, 0, 0}, {0x90, 3, 0, 0, 0}} { // CONNACK, SUBACK
			if _, err := broker.Read(buf); err != nil {
				t.Error(err)
			}
			if answer[0] == 0x90 {
				copy(answer[2:4], buf[2:4]) // the packet's number
			}
			if _, err := broker.Write(answer); err != nil {
				t.Error(err)
			}
		}
		_, _ = broker.Write([]byte{0x30, 0x80, 0x90, 0xaf, 0x5f, 0, 1, 'a'}) // the source may be gone within it
	})
	cfg := config("127.0.0.1:1")
	cfg.Dial = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
	err := mqttin.New(cfg).Run(t.Context(), func(hal.Block) { t.Error("a block") })
	if err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("%v", err)
	}
	_ = broker.Close()
	done.Wait()
}

func TestSilence(t *testing.T) {
	addr, _ := mosquitto(t, open)
	other := device(t, addr)
	haltest.Silence(t, haltest.Silent{
		Make: func(_ *testing.T, c clock.Clock, after time.Duration) hal.Source {
			cfg := config(addr)
			cfg.SilentAfter, cfg.Clock = after, c
			return mqttin.New(cfg)
		},
		Speak: func() { publish(t, other, false, topic, "21 40") },
		Of:    "message", Check: "topic",
	})
}
