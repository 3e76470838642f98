package systemd_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// place is where a record stands; no two records share one.
type place struct {
	epoch  wire.Epoch
	stream wire.Stream
	number uint64
}

// account is every record that was seen on the guest's disk. No hub takes any away before the end, so each look must
// find all that the looks before it found, as they were.
type account struct {
	g       *guest
	records map[place]string
	heads   map[wire.Stream]uint64
	unclean map[any]bool // lives that did not end in order, by the events that tell
}

// status asks the agent how it is.
func (g *guest) status(t *testing.T) agent.Status {
	t.Helper()
	var s agent.Status
	if err := json.Unmarshal([]byte(g.do(t, "dunlin", "status", "-o", "json")), &s); err != nil {
		t.Fatalf("status: %v", err)
	}
	return s
}

// head is the last number on disk of a stream.
func head(s agent.Status, stream wire.Stream) uint64 {
	for _, st := range s.Streams {
		if st.Name == string(stream) {
			return st.Head
		}
	}
	return 0
}

// until asks the agent again and again how it is; each answer takes the guest a second.
func (g *guest) until(t *testing.T, what string, ok func(agent.Status) bool) agent.Status {
	t.Helper()
	for begun := time.Now(); ; {
		s := g.status(t)
		if ok(s) {
			return s
		}
		if time.Since(begun) > patience {
			t.Fatalf("not so within %v: %s\n%s\n%s", patience, what, g.do(t, "dunlin", "status"),
				g.do(t, "journalctl", "--unit=dunlin.service", "--lines=30", "--output=cat"))
		}
	}
}

// grown waits until so many more results are on disk, and returns the head that was seen then.
func (g *guest) grown(t *testing.T, more uint64) uint64 {
	t.Helper()
	from := head(g.status(t), wire.Results)
	return head(g.until(t, "more results on disk", func(s agent.Status) bool { return head(s, wire.Results) >= from+more }), wire.Results)
}

// look stops the agent in order, reads its spool outside the guest, and starts it again.
func (a *account) look(t *testing.T) (results uint64) {
	t.Helper()
	a.g.do(t, "systemctl", "stop", "dunlin.service")
	if r := a.g.property(t, "Result"); r != "success" {
		t.Errorf("the service stopped with %s", r)
	}
	dir := unpack(t, a.g.do(t, "tar", "--create", "--directory=/var/lib/dunlin/spool", "."))
	a.g.do(t, "systemctl", "start", "dunlin.service")
	s, err := spool.Open(dir, spool.Config{})
	if err != nil {
		t.Fatalf("open the guest's spool: %v", err)
	}
	defer s.Close()
	if set, _ := filepath.Glob(filepath.Join(dir, "*.db")); len(set) != 1 {
		t.Errorf("files were set aside: %v", set)
	}
	seen := map[place]bool{}
	for _, st := range s.Streams() {
		a.read(t, s, st, seen)
	}
	for at := range a.records {
		if !seen[at] {
			t.Errorf("%v was on disk before, and is not any more", at)
		}
	}
	t.Logf("%d records, results up to %d", len(a.records), s.Stats().Streams[wire.Results].Head)
	return s.Stats().Streams[wire.Results].Head
}

// read takes one stream into the account: every number from the lowest to the head, and no gap.
func (a *account) read(t *testing.T, s *spool.Spool, st wire.Stream, seen map[place]bool) {
	t.Helper()
	stats := s.Stats().Streams[st]
	if len(stats.Gaps) > 0 {
		t.Errorf("%s has gaps: %v", st, stats.Gaps)
	}
	next := max(stats.Low, 1)
	a.heads[st] = stats.Head
	for from := (wire.Cursor{}); ; {
		b, after, ok, err := s.Peek(st, from, wire.Limit{Bytes: wire.MaxMessage})
		if err != nil {
			t.Fatalf("read %s: %v", st, err)
		}
		if !ok {
			break
		}
		for i, number := range b.Numbers() {
			if number != next {
				t.Errorf("%s goes on with %d after %d", st, number, next-1)
			}
			next = number + 1
			a.note(t, place{b.Epoch, st, number}, b.Records[i].Data, seen)
		}
		from = after
	}
	if next != stats.Head+1 && stats.Head > 0 {
		t.Errorf("%s ends with %d, its head is %d", st, next-1, stats.Head)
	}
}

func (a *account) note(t *testing.T, at place, data []byte, seen map[place]bool) {
	t.Helper()
	if old, had := a.records[at]; had && old != string(data) {
		t.Errorf("%v changed its content", at)
	}
	a.records[at], seen[at] = string(data), true
	record, err := wire.DecodeRecord(data)
	if err != nil {
		t.Errorf("%v does not decode: %v", at, err)
	}
	if e, ok := record.(wire.Event); ok && e.Name == wire.EventUncleanStop {
		a.unclean[e.Facts["life"]] = true
	}
}

// unpack writes the files of an archive into a new folder.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for r := tar.NewReader(bytes.NewReader([]byte(archive))); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(r)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(h.Name)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
