package brokertest

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Mosquitto is a command of Debian's mosquitto-clients with a device's name.
func Mosquitto(ctx context.Context, t *testing.T, program, addr, tenant, device string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing: apt-get install mosquitto-clients", program)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	base := []string{"-h", host, "-p", port, "-V", "mqttv311", "-u", tenant + "/" + device, "-i", tenant + ":" + device}
	return exec.CommandContext(ctx, path, append(base, args...)...)
}

func mosquittoClients(t *testing.T, b Broker, in <-chan Message) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	d := wire.Base{Tenant: "acme", Device: "d1"}
	pub := Mosquitto(ctx, t, "mosquitto_pub", b.Addr(), "acme", "d1", "-t", d.State(), "-q", "1", "-r", "-m", "hello")
	if out, err := pub.CombinedOutput(); err != nil {
		t.Fatalf("mosquitto_pub: %v: %s", err, out)
	}
	want(t, in, d.State(), []byte("hello"))

	sub := Mosquitto(ctx, t, "mosquitto_sub", b.Addr(), "acme", "d1", "-t", d.Downs(), "-C", "1")
	out, err := untilDone(ctx, sub, func() error { return b.Publish(d.Ack(wire.Events), []byte("to-mosquitto")) })
	if err != nil || !strings.Contains(out, "to-mosquitto") {
		t.Fatalf("mosquitto_sub: %v: %s", err, out)
	}
}

// untilDone runs a program and repeats act until it ends: mosquitto_sub does not say when it has subscribed.
func untilDone(ctx context.Context, cmd *exec.Cmd, act func() error) (string, error) {
	type result struct {
		out []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		out, err := cmd.CombinedOutput()
		done <- result{out, err}
	}()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	var failed error
	for {
		select {
		case r := <-done:
			return string(r.out), errors.Join(r.err, failed)
		case <-again.C:
			failed = act()
		case <-ctx.Done():
			r := <-done
			return string(r.out), errors.Join(r.err, ctx.Err())
		}
	}
}
