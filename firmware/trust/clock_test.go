package trust_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

func year(y int) time.Time { return time.Date(y, 6, 20, 0, 0, 0, 0, time.UTC) }

var wrongClocks = []time.Time{time.Unix(0, 0), year(2026), year(2036), year(2100)}

// TestFreshMetadataAtAnyClock: a clock that is years off must not keep a device from its updates.
func TestFreshMetadataAtAnyClock(t *testing.T) {
	for _, at := range wrongClocks {
		t.Run(fmt.Sprint(at.Year()), func(t *testing.T) {
			repo := offering()
			d := enrol(t, repo)
			d.clock.at = at
			d.accepts(repo.Files)
			d.decides("", motions, pi)
		})
	}
}

// TestExpiredMetadataAtAnyClock: the device knows from a later signature, or from the hub, that the date has passed, so
// no clock can thaw what has expired.
func TestExpiredMetadataAtAnyClock(t *testing.T) {
	for _, at := range wrongClocks {
		t.Run(fmt.Sprint(at.Year()), func(t *testing.T) {
			frozen := offering()
			d := enrol(t, frozen)
			if err := d.store.HubTime(signedAt.Add(31 * day)); err != nil { // the timestamp lives 30 days
				t.Fatal(err)
			}
			d.clock.at = at
			d.refuses(trust.Expired, frozen.Files)
			d.reopen()
			d.refuses(trust.Expired, frozen.Files)
		})
	}
}

// TestStaleAuthority: expired metadata stop what is new and are told; the device goes on knowing what runs.
func TestStaleAuthority(t *testing.T) {
	for _, at := range wrongClocks {
		t.Run(fmt.Sprint(at.Year()), func(t *testing.T) {
			repo := offering()
			d := enrol(t, repo)
			d.accepts(repo.Files)
			d.decides("", motions, pi)
			if err := d.store.HubTime(signedAt.Add(31 * day)); err != nil {
				t.Fatal(err)
			}
			d.clock.at = at
			d.reopen()
			d.decides(trust.StaleAuthority, motions, pi)
			if stale := d.store.Stale(); len(stale) != 2 { // timestamp and snapshot
				t.Errorf("stale: %v", stale)
			}
			if n := len(d.store.Status().Releases); n != 1 {
				t.Errorf("%d releases are known", n)
			}
			repo.Now = signedAt.Add(32 * day)
			repo.Online()
			d.accepts(repo.Files)
			d.decides("", motions, pi)
		})
	}
}

// TestEveryRoleExpires: each file of metadata has a date of its own that counts.
func TestEveryRoleExpires(t *testing.T) {
	for _, role := range []string{"root", "timestamp", "snapshot", "targets", "models", "firmware"} {
		t.Run(role, func(t *testing.T) {
			repo := trusttest.New(signedAt)
			repo.Life[role] = 5 * day
			repo.Rotate("targets", 0)
			repo.PublishAll()
			d := enrol(t, repo)
			d.clock.at = signedAt.Add(4 * day)
			d.accepts(repo.Files)
			d = enrol(t, repo)
			d.clock.at = signedAt.Add(6 * day)
			d.refuses(trust.Expired, repo.Files)
		})
	}
}

// TestTheBoundNeverGoesBack and is kept over restarts; the kernel's date is not.
func TestTheBoundNeverGoesBack(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	d.clock.at = time.Unix(0, 0)
	for _, hub := range []time.Duration{10 * day, 5 * day, 0, 20 * day} {
		if err := d.store.HubTime(signedAt.Add(hub)); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	if got, want := d.store.Now(), signedAt.Add(20*day); !got.Equal(want) {
		t.Errorf("bound %s, want %s", got, want)
	}
	d.clock.at = signedAt.Add(25 * day)
	if got := d.store.Now(); !got.Equal(d.clock.at) {
		t.Errorf("a plausible kernel date counts: %s", got)
	}
	d.clock.at = time.Unix(0, 0)
	d.reopen()
	if got, want := d.store.Now(), signedAt.Add(20*day); !got.Equal(want) {
		t.Errorf("the kernel's date was kept: %s, want %s", got, want)
	}
}

// TestNothingLiftsTheBoundFar: 400 days above the newest offline signature, whoever says so.
func TestNothingLiftsTheBoundFar(t *testing.T) {
	repo := offering()
	top := signedAt.Add(400 * day)
	d := enrol(t, repo)
	d.accepts(repo.Files)
	if err := d.store.HubTime(year(2100)); err != nil {
		t.Fatal(err)
	}
	if got := d.store.Now(); !got.Equal(top) {
		t.Errorf("hub time lifted the bound to %s, want %s", got, top)
	}
	d = enrol(t, repo)
	d.cfg.Built = year(2100)
	d.reopen()
	if got := d.store.Now(); !got.Equal(top) {
		t.Errorf("build time lifted the bound to %s, want %s", got, top)
	}
	d.cfg.Built = signedAt.Add(100 * day)
	d.clock.at = time.Unix(0, 0)
	d = &device{t: t, cfg: d.cfg, clock: d.clock}
	d.cfg.Dir = t.TempDir()
	first := repo.Files["1.root.json"]
	if err := trust.Init(d.cfg, first, trusttest.Digest(first)); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	if got := d.store.Now(); !got.Equal(d.cfg.Built) {
		t.Errorf("a build date is a date that has passed: %s, want %s", got, d.cfg.Built)
	}
}

// TestANewRootResetsTheBound: a stolen key for models signs in the year 2099; the owner revokes it and all is well.
func TestANewRootResetsTheBound(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	honest := repo.Now
	repo.Now = year(2099)
	repo.Sign("models")
	repo.Now = honest
	repo.Life["timestamp"], repo.Life["snapshot"], repo.Life["root"] = 40000*day, 40000*day, 40000*day
	repo.Online()
	d.refuses(trust.Expired, repo.Files) // targets.json cannot be valid at that date

	if err := d.store.HubTime(signedAt.Add(399 * day)); err != nil { // a hub that lies about the date
		t.Fatal(err)
	}
	d.clock.at = time.Unix(0, 0)
	repo.Now = signedAt.Add(2 * day)
	repo.Keys["models"] = []*trusttest.Key{repo.NextKey()}
	repo.Rotate("targets", 0)
	repo.PublishAll()
	d.accepts(repo.Files)
	d.decides("", motions, pi)
	if got := d.store.Now(); !got.Equal(repo.Now) {
		t.Errorf("bound %s after a new root of %s", got, repo.Now)
	}
}

// TestIssuedIsNeeded: without the signed date the bound could not move.
func TestIssuedIsNeeded(t *testing.T) {
	repo := offering()
	repo.Life["models"] = -day // signed after it expired
	repo.Publish("models")
	d := enrol(t, repo)
	d.clock.at = time.Unix(0, 0)
	err := d.refresh(repo.Files)
	if got := trust.CodeOf(err); got != trust.BadMetadata && got != trust.Expired {
		t.Errorf("code %q: %v", got, err)
	}
}
