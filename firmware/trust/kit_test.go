package trust_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

const day = trusttest.Day

// signedAt is the date on which every repository of these tests is signed.
var signedAt = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// kernel is a clock that a test sets.
type kernel struct{ at time.Time }

func (k *kernel) Boot() time.Duration { return 0 }
func (k *kernel) Wall() time.Time     { return k.at }

// device is one device under test: its folder, its clock, and what it has of itself.
type device struct {
	t     *testing.T
	cfg   trust.Config
	clock *kernel
	log   bytes.Buffer
	store *trust.Store
}

var pi = trust.Facts{Arch: "arm64", Boards: []string{"raspberry-pi-4", "raspberry-pi-4-model-b-rev-1.4"}, Delegates: []string{"xnnpack"}, RAM: 3794, Agent: "1.2.0"}

// enrol makes a device that believes the first root of repo.
func enrol(t *testing.T, repo *trusttest.Repo) *device {
	t.Helper()
	d := &device{t: t, clock: &kernel{signedAt.Add(day)}}
	d.cfg = trust.Config{Dir: t.TempDir(), Clock: d.clock, Write: os.WriteFile, Logger: slog.New(slog.NewTextHandler(&d.log, nil))}
	first := repo.Files["1.root.json"]
	if err := trust.Init(d.cfg, first, trusttest.Digest(first)); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	return d
}

// reopen is a restart of the agent.
func (d *device) reopen() {
	d.t.Helper()
	var err error
	if d.store, err = trust.Open(d.cfg); err != nil {
		d.t.Fatal(err)
	}
}

func (d *device) refresh(files map[string][]byte) error {
	_, err := d.store.Refresh(context.Background(), trust.Memory(files))
	return err
}

// accepts fails the test when a refresh is refused.
func (d *device) accepts(files map[string][]byte) {
	d.t.Helper()
	if err := d.refresh(files); err != nil {
		d.t.Fatalf("refresh: %v (%s)", err, trust.CodeOf(err))
	}
}

// refuses fails the test unless a refresh is refused with code, and what was offered before still is.
func (d *device) refuses(code trust.Code, files map[string][]byte) {
	d.t.Helper()
	before := d.store.Status()
	err := d.refresh(files)
	if got := trust.CodeOf(err); got != code {
		d.t.Errorf("refresh: code %q, want %q: %v", got, code, err)
	}
	if after := d.store.Status(); len(after.Releases) != len(before.Releases) {
		d.t.Errorf("a refused refresh changed what is offered: %d releases, before %d", len(after.Releases), len(before.Releases))
	}
	d.t.Log(err)
}

// decides fails the test unless path is decided with code; "" is yes.
func (d *device) decides(code trust.Code, path string, facts trust.Facts) trust.Release {
	d.t.Helper()
	rel, refusal := d.store.Decide(path, facts)
	got := trust.Code("")
	if refusal != nil {
		got = refusal.Code
		d.t.Log(refusal)
	}
	if got != code {
		d.t.Errorf("decide %s: code %q, want %q: %v", path, got, code, refusal)
	}
	return rel
}

const motions = "models/motions-1.0.0.dunlin"

// offering is a repository that offers motions 1.0.0, release 1.
func offering() *trusttest.Repo {
	repo := trusttest.New(signedAt)
	repo.Model("motions", "1.0.0", 1, 0, nil)
	repo.PublishAll()
	return repo
}
