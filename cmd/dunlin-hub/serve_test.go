package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serving is a hub inside this process.
type serving struct {
	Page string `json:"page"`
	MQTT string `json:"mqtt"`
	DB   string `json:"db"`

	t    *testing.T
	stop context.CancelFunc
	code chan int
	talk *bytes.Buffer
	once sync.Once
	rest *io.PipeWriter
}

func start(t *testing.T, state string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	s := &serving{t: t, stop: cancel, code: make(chan int, 1), talk: &bytes.Buffer{}, rest: w}
	args := []string{"serve", "--dev", "--json-ready", "--state", state, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"}
	go func() {
		code := run(ctx, args, w, s.talk)
		w.Close() // before the code: a hub that never gets ready must end the reading below
		s.code <- code
	}()
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		t.Fatalf("no ready line: %v, exit code %d: %s", err, <-s.code, s.talk)
	}
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatalf("ready line %q: %v", line, err)
	}
	t.Cleanup(s.end)
	return s
}

// end stops the hub as SIGTERM does, and holds it to its limit of 5 s.
func (s *serving) end() {
	s.once.Do(func() {
		began := time.Now()
		s.stop()
		if code := <-s.code; code != exitOK {
			s.t.Errorf("exit code %d: %s", code, s.talk)
		}
		if took := time.Since(began); took > 5*time.Second {
			s.t.Errorf("the hub took %v to stop", took)
		}
	})
}

func (s *serving) get(path string) (int, string) {
	s.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Get(s.Page + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// device is a bare MQTT client that speaks as dev/watch-1.
func (s *serving) device() (client mqtt.Client, acks chan []byte) {
	s.t.Helper()
	acks = make(chan []byte, 16)
	o := mqtt.NewClientOptions().AddBroker(strings.Replace(s.MQTT, "mqtt://", "tcp://", 1)).
		SetUsername(broker.UserName("dev", "watch-1")).SetClientID(broker.ClientID("dev", "watch-1")).SetAutoReconnect(false)
	c := mqtt.NewClient(o)
	done(s.t, c.Connect())
	s.t.Cleanup(func() { c.Disconnect(100) })
	base := wire.Base{Tenant: "dev", Device: "watch-1"}
	done(s.t, c.Subscribe(base.Acks(), 0, func(_ mqtt.Client, m mqtt.Message) { acks <- m.Payload() }))
	return c, acks
}

func done(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(10 * time.Second) {
		t.Fatal("the broker does not answer")
	}
	if token.Error() != nil {
		t.Fatal(token.Error())
	}
}

// batch is a definition and one decision, the first two records of a spool.
func batch(t *testing.T) []byte {
	t.Helper()
	def, err := wire.AppendDefinition(nil, wire.Definition{Pipeline: "activity", Model: "motions", Version: "1",
		Labels: []string{"resting", "running"}, Source: "imu", Threshold: 0.7, Engine: "tflite 2.21.0"})
	if err != nil {
		t.Fatal(err)
	}
	result := wire.AppendResult(nil, wire.Result{Definition: wire.DefinitionID(def), Label: 1, Score: wire.ScoreOf(0.9)})
	life := wire.Life{7}
	p, err := wire.EncodeBatch(nil, &wire.Batch{Epoch: wire.Epoch{1}, Life: life, Lives: []wire.Span{{Life: life, From: 1, Head: 2}},
		Boot: 1, Low: 1, First: 1, Records: []wire.Record{{At: time.Second, Data: def}, {At: 2 * time.Second, Data: result}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFromMessageToPage(t *testing.T) {
	state := t.TempDir()
	s := start(t, state)
	client, acks := s.device()
	base := wire.Base{Tenant: "dev", Device: "watch-1"}
	birth, err := wire.EncodeState(wire.State{Phase: wire.Ready, Boot: 1, Conn: "a", Version: "9.9.9"})
	if err != nil {
		t.Fatal(err)
	}
	done(t, client.Publish(base.State(), 1, true, birth))
	done(t, client.Publish(base.Data(wire.Results), 0, false, batch(t)))
	select {
	case p := <-acks:
		if a, err := wire.DecodeAck(p); err != nil || a.UpTo != 2 {
			t.Fatalf("ack %+v, %v; want up to 2", a, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("no acknowledgement: %s", s.talk)
	}
	if code, body := s.get("/devices/dev/watch-1"); code != 200 || !strings.Contains(body, "running") || !strings.Contains(body, "9.9.9") {
		t.Errorf("device page: %d\n%s", code, body)
	}
	if code, body := s.get("/api/v1/devices/dev/watch-1/decisions"); code != 200 || !strings.Contains(body, `"label":"running"`) {
		t.Errorf("decisions: %d %s", code, body)
	}
	client.Disconnect(100)
	s.end()
	judge(t, filepath.Join(state, "hub.db"))
	again := start(t, state)
	if _, body := again.get("/api/v1/devices/dev/watch-1"); !strings.Contains(body, `"delivered":2`) || !strings.Contains(body, `"state":"unknown"`) {
		t.Errorf("after a restart: %s", body)
	}
}

func judge(t *testing.T, db string) {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--db", db}, &out, &talk); code != exitOK {
		t.Errorf("verify: exit code %d: %s%s", code, out.String(), talk.String())
	}
}

func TestLivePagesDoNotHoldTheStop(t *testing.T) {
	s := start(t, t.TempDir())
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(s.Page + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatalf("the live page sends nothing: %v", err)
	}
	s.end()
}

func TestForeignNamesAreRefused(t *testing.T) {
	s := start(t, t.TempDir())
	for host, want := range map[string]int{"localhost:8470": 200, "127.0.0.1": 200, "[::1]:1": 200, "evil.example": 421, "10.0.0.1:80": 421} {
		req, err := http.NewRequest(http.MethodGet, s.Page+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %s: %d, want %d", host, resp.StatusCode, want)
		}
	}
}

func TestBadCommandLines(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	serve := func(more ...string) []string {
		return append([]string{"serve", "--dev", "--state", state, "--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"}, more...)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no mode":         {[]string{"serve"}, exitUsage, "needs --dev"},
		"unknown command": {[]string{"fly"}, exitUsage, "unknown command"},
		"unknown flag":    {serve("--tls"), exitUsage, "unknown flag"},
		"page for all":    {serve("--http", "0.0.0.0:0"), exitUsage, "loopback only"},
		"page unnamed":    {serve("--http", ":0"), exitUsage, "loopback only"},
		"broker for all":  {serve("--mqtt", "[::]:0"), exitUsage, "loopback only"},
		"no port":         {serve("--mqtt", "127.0.0.1"), exitUsage, "not host:port"},
		"page busy":       {serve("--http", busy.Addr().String()), exitFault, "another program listens on " + busy.Addr().String()},
		"broker busy":     {serve("--mqtt", busy.Addr().String()), exitFault, "another program listens on " + busy.Addr().String()},
		"state is a file": {serve("--state", file), exitUsage, "not a directory: name another folder with --state\n"},
		"no state folder": {serve("--state", "/proc/nowhere"), exitAbsent, "no such file or directory: name another folder with --state\n"},
		"no database":     {[]string{"verify", "--db", file + "-not"}, exitAbsent, file + "-not"},
		"verify of what":  {[]string{"verify"}, exitUsage, "db"},
		"version":         {[]string{"version"}, exitOK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out, talk bytes.Buffer
			if code := run(t.Context(), c.args, &out, &talk); code != c.code || !strings.Contains(talk.String(), c.says) {
				t.Errorf("exit code %d, want %d; it says %q, want %q in it", code, c.code, talk.String(), c.says)
			}
		})
	}
}
