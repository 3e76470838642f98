package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// notes keeps what it is given; with a fault it keeps nothing.
type notes struct {
	fault  error
	events []wire.Event
}

func (n *notes) Append(s wire.Stream, _ time.Duration, record []byte) error {
	if n.fault != nil {
		return n.fault
	}
	v, err := wire.DecodeRecord(record)
	if e, ok := v.(wire.Event); ok && s == wire.Events {
		n.events = append(n.events, e)
	}
	return err
}

// TestRebuiltShelfIsTold: that the state of the shelf was lost is an event, told once, and again while nobody has heard it.
func TestRebuiltShelfIsTold(t *testing.T) { synctest.Test(t, rebuiltShelfIsTold) }

func rebuiltShelfIsTold(t *testing.T) {
	dir := t.TempDir()
	n := &notes{fault: errors.New("the spool is full")}
	open := func() *stock {
		t.Helper()
		s, err := newStock(&config.Config{State: dir}, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, n)
		if err != nil {
			t.Fatal(err)
		}
		s.tellRebuilt(t.Context())
		return s
	}
	if s := open(); s.rebuilt() != "" {
		t.Errorf("of a new shelf: %s", s.rebuilt())
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	open()
	n.fault = nil
	if s := open(); len(n.events) != 1 || !strings.Contains(s.rebuilt(), "state.json was damaged: unexpected end of JSON input") {
		t.Errorf("told %+v, status %q", n.events, s.rebuilt())
	}
	if s := open(); s.rebuilt() != "" || len(n.events) != 1 {
		t.Errorf("after a start without damage: %+v, status %q", n.events, s.rebuilt())
	}
	if e := n.events[0]; e.Name != wire.EventShelfRebuilt || e.Facts["versions"] != int64(0) || e.Facts["reason"] != "state.json was damaged: unexpected end of JSON input" {
		t.Errorf("event %+v", e)
	}
}

// TestRebuiltShelfIsToldAfterACut: the event is in memory for up to a second; a power cut in it must not leave a shelf that
// believes it told.
func TestRebuiltShelfIsToldAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, n := t.TempDir(), &notes{}
		state := filepath.Join(dir, "models", "state.json")
		err := os.MkdirAll(filepath.Dir(state), 0o755)
		if err == nil {
			err = os.WriteFile(state, []byte("{"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := newStock(&config.Config{State: dir}, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, n)
		if err != nil {
			t.Fatal(err)
		}
		go s.tellRebuilt(t.Context())
		for _, untold := range []bool{true, true, false} { // at once, after 2 s, after 4 s
			synctest.Wait()
			text, err := os.ReadFile(state)
			if err != nil {
				t.Fatal(err)
			}
			if len(n.events) != 1 || strings.Contains(string(text), `"rebuilt"`) != untold {
				t.Errorf("%d events, and the shelf says %s", len(n.events), text)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

// TestRebuiltShelfOfAStrictDevice: older versions that were signed may still be used when the state of the shelf is lost; what
// nobody signed may not, whatever the disk says of it, nor what was revoked, before the loss or after.
func TestRebuiltShelfOfAStrictDevice(t *testing.T) {
	repo := trusttest.New(time.Now().Add(-time.Hour))
	models := fixture.Path(t, "examples", "models", "motions", "1")
	bundles := map[int][]byte{}
	for n := 2; n <= 5; n++ {
		data, err := versionOf(models, strconv.Itoa(n), "{}", false)
		if err != nil {
			t.Fatal(err)
		}
		if bundles[n] = data; n < 5 {
			repo.Add("models", fmt.Sprintf("models/motions-%d.dunlin", n), data, map[string]any{"name": "motions", "version": strconv.Itoa(n), "number": n})
		}
	}
	b := believer(t, repo, true)
	dir := filepath.Dir(b.cfg.Dir)
	open := func(unsigned bool) *stock {
		t.Helper()
		s, err := newStock(&config.Config{State: dir, AllowUnsigned: unsigned}, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, &notes{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(true)
	for n := 2; n <= 5; n++ {
		if _, err := s.shelf.Import(t.Context(), "", bytes.NewReader(bundles[n])); err != nil {
			t.Fatal(err)
		}
	}
	floor := func(n int) {
		t.Helper()
		repo.Add("models", "models/motions-4.dunlin", bundles[4], map[string]any{"name": "motions", "version": "4", "number": 4, "floor": n})
		refresh(t, b, repo.PublishAll())
	}
	judge := func(when string, unsigned bool, want map[int]trust.Code) {
		t.Helper()
		s := open(unsigned)
		for n, code := range want {
			if err := s.believed(t.Context(), manifest.Ref{Name: "motions", Version: n}); trust.CodeOf(err) != code {
				t.Errorf("%s: motions@%d: %v, want code %q", when, n, err, code)
			}
		}
	}
	lose := func() {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, "models", "state.json")); err != nil {
			t.Fatal(err)
		}
	}
	lose()
	judge("lost", false, map[int]trust.Code{2: "", 3: "", 4: "", 5: trust.Unsigned})
	floor(3)
	judge("revoked after it was lost", false, map[int]trust.Code{2: trust.Revoked, 3: "", 4: "", 5: trust.Unsigned})
	lose()
	judge("revoked, then lost", true, map[int]trust.Code{2: trust.Revoked, 3: "", 4: "", 5: ""})
}
