package uplinktest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const patience = 20 * time.Second

// Mosquitto is a real broker, in a process of its own.
type Mosquitto struct {
	t    *testing.T
	addr string
	conf string
	cmd  *exec.Cmd
}

// StartMosquitto starts one on a free port; it ends with the test.
func StartMosquitto(t *testing.T) *Mosquitto {
	t.Helper()
	m := &Mosquitto{t: t, addr: freePort(t), conf: filepath.Join(t.TempDir(), "mosquitto.conf")}
	_, port, err := net.SplitHostPort(m.addr)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n", port)
	if err := os.WriteFile(m.conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m.Start()
	t.Cleanup(m.Stop)
	return m
}

// Addr is host:port.
func (m *Mosquitto) Addr() string { return m.addr }

// Start starts it, again on the same port.
func (m *Mosquitto) Start() {
	m.t.Helper()
	m.cmd = exec.Command(mosquittoPath(m.t), "-c", m.conf)
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-again.C {
		if c, err := net.Dial("tcp", m.addr); err == nil {
			c.Close()
			return
		}
	}
	m.t.Fatalf("mosquitto does not listen on %s", m.addr)
}

// Stop kills it; whatever it held is gone.
func (m *Mosquitto) Stop() {
	if m.cmd == nil {
		return
	}
	if err := m.cmd.Process.Kill(); err == nil {
		m.cmd.Wait() // says "signal: killed"
	}
	m.cmd = nil
}

func mosquittoPath(t *testing.T) string {
	t.Helper()
	if p, err := exec.LookPath("mosquitto"); err == nil {
		return p
	}
	const debian = "/usr/sbin/mosquitto" // not in every user's path
	if _, err := os.Stat(debian); err != nil {
		t.Fatal("mosquitto is missing: apt-get install mosquitto")
	}
	return debian
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
