package trust_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

// TestWhoOwnsTheHub is the claim of this package: who owns the hub completely, its online key included, can at worst
// choose among releases that were validly signed, that fit the device, and that are not below a floor the device knows.
// The thief signs random snapshots over anything that the offline keys ever signed, in any order.
func TestWhoOwnsTheHub(t *testing.T) {
	for range 6 {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("seed %#x", seed), func(t *testing.T) { ownHub(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func ownHub(t *testing.T, r *rand.Rand) {
	repo := trusttest.New(signedAt)
	floors := []int{0, 0, 0, 2, 2, 4} // of the version of models at that index plus one
	for i, floor := range floors {
		repo.Model("motions", fmt.Sprint(i+1), i+1, floor, nil)
		repo.Model("faces", fmt.Sprint(i+1), i+1, 0, map[string]any{"arch": "riscv64"})
		repo.Sign("models")
	}
	repo.Sign("targets")
	repo.Sign("targets")
	repo.Sign("firmware")
	d := enrol(t, repo)
	online := map[string]int64{"timestamp": 1, "snapshot": 1}
	seen, high := int64(0), 0
	for range 60 {
		version := r.Int64N(int64(len(floors))) + 1
		repo.Versions["models"], repo.Versions["targets"] = version, r.Int64N(2)+1
		for role := range online { // the thief counts as he likes
			repo.Versions[role] = max(0, online[role]+r.Int64N(4)-1)
		}
		repo.Online()
		if err := d.refresh(repo.Files); err != nil {
			if trust.CodeOf(err) == "" {
				t.Fatal(err)
			}
			continue
		}
		if version = d.version("models"); version < seen {
			t.Fatalf("models went back from version %d to %d", seen, version)
		}
		seen = version
		for role := range online {
			online[role] = d.version(role)
		}
		for n := range floors {
			rel, refusal := d.store.Decide(fmt.Sprintf("models/motions-%d.dunlin", n+1), pi)
			if refusal != nil {
				continue
			}
			floor := floors[seen-1]
			if n+1 > int(seen) || n+1 < floor || floor == 0 && n+1 < high {
				t.Fatalf("release %d was taken at models version %d, floor %d, highest %d", n+1, seen, floor, high)
			}
			if err := d.store.Accept(rel, ""); err != nil {
				t.Fatal(err)
			}
			high = max(high, n+1)
		}
		for n := range floors {
			d.decidesNot(fmt.Sprintf("models/faces-%d.dunlin", n+1))
		}
		if r.IntN(4) == 0 {
			d.reopen()
		}
	}
	if seen == 0 {
		t.Fatal("no refresh was ever believed: the claim was not tried")
	}
}

// version of a role that the device believes.
func (d *device) version(role string) int64 {
	for _, r := range d.store.Status().Roles {
		if r.Role == role {
			return r.Version
		}
	}
	return 0
}

func (d *device) decidesNot(path string) {
	d.t.Helper()
	if _, refusal := d.store.Decide(path, pi); refusal == nil {
		d.t.Fatalf("%s was taken", path)
	}
}
