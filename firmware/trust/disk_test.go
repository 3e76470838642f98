package trust_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

var errCut = errors.New("power cut")

// power writes to the disk until it is cut; left < 0 means never.
type power struct{ left, writes int }

func (p *power) write(path string, data []byte, mode os.FileMode) error {
	p.writes++
	if p.left == 0 {
		return errCut
	}
	p.left--
	return atomicfile.Write(path, data, mode)
}

// TestPowerCutBetweenPersistPoints cuts the power before every write of a life: enrolment, two refreshes with a new
// root, hub time, accepted releases. After each cut the device starts, knows what it accepted, takes nothing older,
// and reaches the end when the power is back.
func TestPowerCutBetweenPersistPoints(t *testing.T) {
	repo := offering()
	first := maps.Clone(repo.Files)
	repo.Now = repo.Now.Add(day)
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.Rotate("root", 1)
	second := repo.PublishAll()
	whole := life(t, t.TempDir(), &power{left: -1}, first, second)
	if whole.err != nil {
		t.Fatal(whole.err)
	}
	if whole.writes < 14 {
		t.Fatalf("%d writes: the cuts below would prove little", whole.writes)
	}
	for cut := range whole.writes {
		dir := t.TempDir()
		dead := life(t, dir, &power{left: cut}, first, second)
		if !errors.Is(dead.err, errCut) {
			t.Fatalf("cut %d: the life went on: %v", cut, dead.err)
		}
		checkAfterCut(t, cut, dir, dead, first)
		if again := life(t, dir, &power{left: -1}, first, second); again.err != nil {
			t.Errorf("cut %d: the device did not come back: %v", cut, again.err)
		}
	}
}

// lived is how far a life came.
type lived struct {
	err      error
	writes   int
	accepted int // releases whose Accept returned
	newest   bool
}

func life(t *testing.T, dir string, p *power, first, second map[string][]byte) (l lived) {
	d := &device{t: t, clock: &kernel{signedAt.Add(2 * day)}}
	d.cfg = trust.Config{Dir: dir, Clock: d.clock, Write: p.write}
	root := first["1.root.json"]
	steps := []func() error{
		func() error { return trust.Init(d.cfg, root, trusttest.Digest(root)) },
		func() (err error) { d.store, err = trust.Open(d.cfg); return err },
		func() error { // a device that comes back may know newer ones already
			if err := d.refresh(first); trust.CodeOf(err) != trust.Rollback && trust.CodeOf(err) != trust.RootMissing {
				return err
			}
			return d.refresh(second)
		},
		func() error { return d.take(motions, &l) },
		func() error { return d.store.HubTime(signedAt.Add(10 * day)) },
		func() error { return d.refresh(second) },
		func() error { l.newest = true; return d.take("models/motions-1.1.0.dunlin", &l) },
	}
	for _, step := range steps {
		if l.err = step(); l.err != nil {
			break
		}
	}
	l.writes = p.writes
	return l
}

func (d *device) take(path string, l *lived) error {
	rel, refusal := d.store.Decide(path, pi)
	if refusal != nil && refusal.Code == trust.LowerNumber {
		return nil // it had the next one already
	}
	if refusal != nil {
		return refusal
	}
	if err := d.store.Accept(rel, ""); err != nil {
		return err
	}
	l.accepted++
	return nil
}

func checkAfterCut(t *testing.T, cut int, dir string, dead lived, first map[string][]byte) {
	t.Helper()
	s, err := trust.Open(trust.Config{Dir: dir, Clock: &kernel{signedAt.Add(2 * day)}})
	if err != nil {
		if code := trust.CodeOf(err); code != trust.NotEnrolled || dead.accepted > 0 {
			t.Errorf("cut %d: open: %v", cut, err)
		}
		return
	}
	high := int64(0)
	for _, l := range s.Status().Lines {
		high = l.High
	}
	if high < int64(dead.accepted) {
		t.Errorf("cut %d: %d releases were accepted and the mark is %d", cut, dead.accepted, high)
	}
	if _, err := s.Refresh(t.Context(), trust.Memory(first)); dead.newest && err == nil {
		t.Errorf("cut %d: older metadata were believed after newer ones", cut)
	}
}

// TestDamagedCopyOnDisk cuts, empties and spoils each copy of the metadata: the one before serves, then the enrolment
// root, and a refresh heals all.
func TestDamagedCopyOnDisk(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.Publish("models")
	d.accepts(repo.Files)
	const newest, previous = "metadata.json", "metadata.previous.json"
	whole := map[string][]byte{newest: d.read(newest), previous: d.read(previous)}
	size := len(whole[newest])
	for at := 0; at < size; at += size/40 + 1 {
		for name, spoil := range map[string]func([]byte) []byte{
			"cut":     func(b []byte) []byte { return b[:at] },
			"changed": func(b []byte) []byte { b = append([]byte{}, b...); b[at] ^= 1; return b },
			"zeros":   func(b []byte) []byte { b = append([]byte{}, b...); clear(b[at:]); return b },
		} {
			d.put(newest, spoil(whole[newest]))
			d.put(previous, whole[previous])
			d.reopen()
			if n := len(d.store.Status().Releases); n == 0 {
				t.Fatalf("%s at %d: the copy before did not serve", name, at)
			}
			if n := len(d.store.Status().Releases); n == 1 {
				d.decides(trust.Rollback, motions, pi) // older than what was believed: good for looking, not for installing
			}
			d.accepts(repo.Files)
			d.decides("", "models/motions-1.1.0.dunlin", pi)
		}
	}
	for _, bad := range []string{"", "{}", "null", `{"root":"AA=="}`, strings.Repeat("\x00", 4096)} {
		d.put(newest, []byte(bad))
		d.put(previous, []byte(bad))
		d.reopen()
		d.decides(trust.NoMetadata, motions, pi)
		if d.store.RootVersion() != 1 {
			t.Errorf("root %d from two spoiled copies", d.store.RootVersion())
		}
		d.accepts(repo.Files)
		d.decides("", "models/motions-1.1.0.dunlin", pi)
	}
}

func (d *device) read(name string) []byte {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(d.cfg.Dir, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

func (d *device) put(name string, data []byte) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.cfg.Dir, name), data, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// TestDamagedMarks: one twin serves for the other; without both nothing new is believed.
func TestDamagedMarks(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	if err := d.store.Accept(d.decides("", motions, pi), ""); err != nil {
		t.Fatal(err)
	}
	whole := d.read("marks")
	for _, name := range []string{"marks", "marks.twin"} {
		for at := 0; at < len(whole); at += 9 {
			bad := append([]byte{}, whole...)
			bad[at] ^= 0x01
			d.put(name, bad)
			d.reopen()
			if l := d.store.Status().Lines; len(l) != 1 || l[0].High != 1 {
				t.Fatalf("%s changed at %d: %v", name, at, l)
			}
		}
		d.put(name, whole)
	}
	d.put("marks", whole[:len(whole)-1])
	d.put("marks.twin", nil)
	_, err := trust.Open(d.cfg)
	if got := trust.CodeOf(err); got != trust.DamagedState {
		t.Errorf("code %q: %v", got, err)
	}
}

func TestEnrolment(t *testing.T) {
	repo := offering()
	root := repo.Files["1.root.json"]
	cfg := trust.Config{Dir: filepath.Join(t.TempDir(), "trust")}
	if _, err := trust.Open(cfg); trust.CodeOf(err) != trust.NotEnrolled {
		t.Errorf("open before enrolment: %v", err)
	}
	for _, digest := range []string{"", "0", trusttest.Digest([]byte("x"))} {
		if err := trust.Init(cfg, root, digest); trust.CodeOf(err) != trust.WrongRoot {
			t.Errorf("digest %q: %v", digest, err)
		}
	}
	lonely := trusttest.New(signedAt)
	lonely.Signers["root"] = lonely.Keys["root"][:1]
	weak := lonely.Root()
	if err := trust.Init(cfg, weak, trusttest.Digest(weak)); trust.CodeOf(err) != trust.TooFew {
		t.Errorf("a root with one of two signatures: %v", err)
	}
	if _, err := trust.Open(cfg); trust.CodeOf(err) != trust.NotEnrolled {
		t.Errorf("a refused root left something: %v", err)
	}
	for range 2 {
		if err := trust.Init(cfg, root, strings.ToUpper(trusttest.Digest(root))+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	other := repo.Root()
	if err := trust.Init(cfg, other, trusttest.Digest(other)); trust.CodeOf(err) != trust.AlreadyEnrolled {
		t.Errorf("a second root: %v", err)
	}
	path := filepath.Join(cfg.Dir, "enrolment.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), `"sha256":"`, `"sha256":"0`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trust.Open(cfg); trust.CodeOf(err) != trust.DamagedState {
		t.Errorf("a damaged enrolment: %v", err)
	}
}

func TestFolders(t *testing.T) {
	repo := offering()
	stick := t.TempDir()
	outside := filepath.Join(t.TempDir(), "timestamp.json")
	if err := os.MkdirAll(filepath.Join(stick, "metadata"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range repo.Files {
		if err := os.WriteFile(filepath.Join(stick, "metadata", name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{stick, filepath.Join(stick, "metadata")} {
		d := enrol(t, repo)
		if _, err := d.store.Refresh(t.Context(), trust.Folder(dir)); err != nil {
			t.Fatal(err)
		}
		d.decides("", motions, pi)
	}
	stamp := filepath.Join(stick, "metadata", "timestamp.json")
	if err := errors.Join(os.Rename(stamp, outside), os.Symlink(outside, stamp)); err != nil {
		t.Fatal(err)
	}
	d := enrol(t, repo)
	if _, err := d.store.Refresh(t.Context(), trust.Folder(stick)); err == nil {
		t.Error("a link out of the stick was followed")
	}
	if _, err := d.store.Refresh(t.Context(), trust.Folder(filepath.Join(stick, "nothing"))); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
