package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// brokerProcess is a mosquitto of our own.
type brokerProcess struct {
	addr string
	cmd  *exec.Cmd
}

func startBroker(ctx context.Context, dir string) (*brokerProcess, error) {
	bin, err := exec.LookPath("mosquitto")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
			return nil, errors.New("mosquitto is missing: apt-get install mosquitto")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	conf := filepath.Join(dir, "mosquitto.conf")
	text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n", port)
	if err := errors.Join(l.Close(), os.WriteFile(conf, []byte(text), 0o600)); err != nil {
		return nil, err
	}
	b := &brokerProcess{addr: addr, cmd: exec.CommandContext(ctx, bin, "-c", conf)}
	if err := b.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start mosquitto: %w", err)
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		if c, err := net.Dial("tcp", addr); err == nil {
			return b, c.Close()
		}
	}
	b.stop()
	return nil, errors.New("mosquitto does not listen")
}

func (b *brokerProcess) stop() {
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
}

// startAnswers acknowledges every batch as the hub does after its commit.
func startAnswers(broker string) (mqtt.Client, error) {
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + broker).SetClientID("answers").SetOrderMatters(false))
	if t := c.Connect(); t.Wait() && t.Error() != nil {
		return nil, fmt.Errorf("connect to mosquitto: %w", t.Error())
	}
	answer := func(c mqtt.Client, m mqtt.Message) {
		t, err := wire.ParseTopic("", m.Topic())
		if err != nil {
			return
		}
		b, err := wire.DecodeBatch(m.Payload())
		if err != nil {
			fmt.Fprintln(os.Stderr, "durable:", err)
			return
		}
		ack, err := wire.EncodeAck(nil, wire.Ack{Epoch: b.Epoch, Life: b.Life, UpTo: b.Last()})
		if err == nil {
			c.Publish(t.Base.Ack(t.Stream), 0, false, ack)
		}
	}
	if t := c.Subscribe(wire.DefaultPrefix+"/+/+/up/data/+", 0, answer); t.Wait() && t.Error() != nil {
		return nil, fmt.Errorf("subscribe: %w", t.Error())
	}
	return c, nil
}

// pure is how often the bare C loop invokes the model in a second.
func (b bench) pure(ctx context.Context, loop string) (float64, error) {
	cmd := exec.CommandContext(ctx, loop, b.lib, filepath.Join(b.model, "model.tflite"))
	cmd.Stdin = bytes.NewReader([]byte(strconv.FormatInt((b.length/2).Milliseconds(), 10) + "\n"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("run the C loop: %w", err)
	}
	var cpu, wall float64 // nanoseconds per invoke
	if _, err := fmt.Sscan(string(out), &cpu, &wall); err != nil || wall <= 0 {
		return 0, fmt.Errorf("the C loop said %q", out)
	}
	return 1e9 / wall, nil
}

// peer is how often the Python job gets one inference onto its disk and into the broker in a second,
// and how many milliseconds passed from its start to its first inference.
func (b bench) peer(ctx context.Context, dir, broker string) (rate, first float64, err error) {
	cmd := exec.CommandContext(ctx, b.python, "bench/python/loop.py", "--broker", broker, "--model", b.model,
		"--input", "testdata/keywords/heldout.npy", "--seconds", fmt.Sprint(b.length.Seconds()), "--db", filepath.Join(dir, "peer.db"))
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("run the Python job: %w: %s", err, talk.Bytes())
	}
	var said struct {
		Rate  float64 `json:"inferences_per_s"`
		First float64 `json:"start_to_first_ms"`
	}
	if err := json.Unmarshal(out, &said); err != nil || said.Rate <= 0 {
		return 0, 0, fmt.Errorf("the Python job said %q", out)
	}
	return said.Rate, said.First, nil
}

// startBurner keeps one core busy until it is ended.
func startBurner(ctx context.Context) (end func(), err error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", "while :; do :; done")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}, nil
}
