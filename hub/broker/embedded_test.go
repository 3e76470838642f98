package broker_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/broker/brokertest"
)

func TestContract(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	brokertest.Contract(t, func(addr string) (brokertest.Broker, error) {
		return broker.StartEmbedded(broker.Config{Addr: addr})
	})
}

// TestFolder: what a killed server left is gone, the running one uses no other folder, and the end removes it.
func TestFolder(t *testing.T) {
	temp, dir := t.TempDir(), filepath.Join(t.TempDir(), "state", "broker")
	t.Setenv("TMPDIR", temp)
	left := filepath.Join(dir, "jetstream", "left")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := broker.StartEmbedded(broker.Config{Addr: "127.0.0.1:0", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what lay in the folder: %v", err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	if all, err := os.ReadDir(temp); err != nil || len(all) != 0 {
		t.Errorf("in the temporary folder lie %v, %v", all, err)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder after the end: %v", err)
	}
}

func TestOnlyLoopbackWithoutTLS(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0", "127.0.0.1"} {
		e, err := broker.StartEmbedded(broker.Config{Addr: addr})
		if err == nil {
			e.Close(t.Context())
			t.Errorf("%q: started", addr)
		}
	}
}
