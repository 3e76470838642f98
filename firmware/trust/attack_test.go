package trust_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

func TestOlderMetadataAreRefused(t *testing.T) {
	repo := offering()
	old := maps.Clone(repo.Files)
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.Publish("models")
	d := enrol(t, repo)
	d.accepts(repo.Files)
	d.refuses(trust.Rollback, old)
	d.reopen()
	d.refuses(trust.Rollback, old)
	d.decides("", "models/motions-1.1.0.dunlin", pi)
}

// TestOlderRoleBehindANewTimestamp: a stolen online key lets a new timestamp name an old list of models.
func TestOlderRoleBehindANewTimestamp(t *testing.T) {
	repo := offering()
	oldVersion := repo.Versions["models"]
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.Publish("models")
	d := enrol(t, repo)
	d.accepts(repo.Files)
	repo.Versions["models"] = oldVersion
	repo.Online()
	d.refuses(trust.Rollback, repo.Files)
}

func TestMixedMetadataAreRefused(t *testing.T) {
	for _, role := range []string{"snapshot", "targets", "models"} {
		t.Run(role, func(t *testing.T) {
			repo := offering()
			first := repo.Files[fmt.Sprintf("%d.%s.json", repo.Versions[role], role)]
			repo.Model("motions", "1.1.0", 2, 0, nil)
			files := repo.PublishAll()
			files[fmt.Sprintf("%d.%s.json", repo.Versions[role], role)] = first
			enrol(t, repo).refuses(trust.Mixed, files)
		})
	}
}

func TestOneSignatureOfTwo(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	repo.Signers["firmware"] = repo.Keys["firmware"][:1]
	repo.Publish("firmware")
	d.refuses(trust.TooFew, repo.Files)
	repo.Signers["firmware"] = repo.Keys["firmware"][1:]
	repo.Publish("firmware")
	d.accepts(repo.Files)

	repo.Signers["root"] = repo.Keys["root"][:1]
	repo.Root()
	d.refuses(trust.TooFew, repo.Files)
}

// TestANewRootNeedsOldAndNewKeys: the thresholds of root N and of root N+1 both count.
func TestANewRootNeedsOldAndNewKeys(t *testing.T) {
	repo := offering()
	old := repo.Keys["root"]
	repo.Keys["root"] = []*trusttest.Key{repo.NextKey(), repo.NextKey(), repo.NextKey()}
	d := enrol(t, repo)
	before := repo.Versions["root"]
	for name, c := range map[string]struct {
		signers []*trusttest.Key
		code    trust.Code
	}{
		"new keys only": {repo.Keys["root"], trust.UnknownKey},
		"old keys only": {old, trust.TooFew},
		"both":          {append(append([]*trusttest.Key{}, old...), repo.Keys["root"]...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			repo.Versions["root"] = before
			repo.Signers["root"] = c.signers
			repo.Root()
			repo.Online()
			if got := trust.CodeOf(d.refresh(repo.Files)); got != c.code && d.store.RootVersion() == before {
				t.Errorf("code %q, want %q", got, c.code)
			}
			if c.code == "" && d.store.RootVersion() != before+1 {
				t.Errorf("root %d after a proper rotation", d.store.RootVersion())
			}
			if c.code == "" { // the other cases start from the first root again
				d = enrol(t, repo)
			}
		})
	}
}

func TestRevokedKeys(t *testing.T) {
	t.Run("models", func(t *testing.T) {
		repo := offering()
		d := enrol(t, repo)
		d.accepts(repo.Files)
		stolen := repo.Keys["models"][0]
		repo.Keys["models"] = []*trusttest.Key{repo.NextKey(), repo.Keys["models"][1]}
		repo.Signers["models"] = []*trusttest.Key{stolen}
		repo.PublishAll()
		d.refuses(trust.RevokedKey, repo.Files)
		delete(repo.Signers, "models")
		repo.PublishAll()
		d.accepts(repo.Files)
		repo.Signers["models"] = []*trusttest.Key{stolen}
		repo.Publish("models")
		d.reopen()
		d.refuses(trust.RevokedKey, repo.Files)
	})
	t.Run("online", func(t *testing.T) {
		repo := offering()
		d := enrol(t, repo)
		d.accepts(repo.Files)
		stolen := repo.Keys["timestamp"]
		repo.Rotate("timestamp", 0)
		repo.Signers["timestamp"], repo.Signers["snapshot"] = stolen, stolen
		repo.PublishAll()
		err := d.refresh(repo.Files)
		if got := trust.CodeOf(err); got != trust.RevokedKey {
			t.Errorf("code %q: %v", got, err)
		}
		if d.store.RootVersion() != 2 {
			t.Errorf("root %d: a new root counts even when what stands behind it is refused", d.store.RootVersion())
		}
		d.decides(trust.NoMetadata, motions, pi) // what the stolen key signed is not believed any more
	})
}

func TestSignedByNobodyKnown(t *testing.T) {
	repo := offering()
	repo.Signers["timestamp"] = []*trusttest.Key{repo.NextKey()}
	repo.Online()
	enrol(t, repo).refuses(trust.UnknownKey, repo.Files)
}

func TestChangedAfterSigning(t *testing.T) {
	repo := offering()
	files := maps.Clone(repo.Files)
	d := enrol(t, repo)
	files["timestamp.json"] = replace(t, files["timestamp.json"], `"version":1`, `"version":2`)
	d.refuses(trust.BadSignature, files)
}

// TestFiveRotationsWhileOffline: a device on a shelf walks all roots, and keys of all roles have changed meanwhile.
func TestFiveRotationsWhileOffline(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	for i := range 5 {
		repo.Now = repo.Now.Add(90 * day)
		repo.Rotate([]string{"root", "targets", "timestamp", "root", "root"}[i], 0)
	}
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.PublishAll()
	d.accepts(repo.Files)
	if d.store.RootVersion() != 6 {
		t.Errorf("root %d after five rotations", d.store.RootVersion())
	}
	d.reopen()
	d.decides("", "models/motions-1.1.0.dunlin", pi)

	hole := maps.Clone(repo.Files)
	delete(hole, "4.root.json")
	late := enrol(t, repo)
	if err := late.refresh(hole); err == nil {
		t.Error("a repository with a hole in its roots was believed")
	}
}

// TestRootsMissingInACopy: the newest timestamp names a root that the stick does not hold.
func TestRootsMissingInACopy(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	repo.Rotate("root", 0)
	repo.Online()
	files := maps.Clone(repo.Files)
	delete(files, "2.root.json")
	d.refuses(trust.RootMissing, files)
	d.accepts(repo.Files)
}

func TestWrongRoleForAPath(t *testing.T) {
	evil := map[string]any{"name": "dunlin", "version": "9", "number": 9, "arch": "arm64"}
	t.Run("listed by models", func(t *testing.T) {
		repo := offering()
		repo.Add("models", "agent/9-arm64", []byte("evil"), evil)
		repo.Publish("models")
		d := enrol(t, repo)
		d.accepts(repo.Files)
		d.decides(trust.WrongRole, "agent/9-arm64", pi)
	})
	t.Run("delegated to models", func(t *testing.T) {
		repo := offering()
		repo.Delegate("models", "agent/*")
		repo.PublishAll()
		enrol(t, repo).refuses(trust.WrongRole, repo.Files)
	})
	t.Run("listed by targets", func(t *testing.T) {
		repo := offering()
		repo.Targets["targets"] = repo.Targets["models"]
		repo.PublishAll()
		enrol(t, repo).refuses(trust.WrongRole, repo.Files)
	})
	t.Run("deeper than the pattern", func(t *testing.T) {
		repo := offering()
		repo.Add("models", "models/a/b-1.dunlin", []byte("x"), map[string]any{"name": "a/b", "version": "1", "number": 1})
		repo.Publish("models")
		d := enrol(t, repo)
		d.accepts(repo.Files)
		d.decides(trust.WrongRole, "models/a/b-1.dunlin", pi)
	})
}

// TestFastForwardedTimestamp: a thief of the online key counts up as far as numbers go; a new key begins again.
func TestFastForwardedTimestamp(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	honest := maps.Clone(repo.Versions)
	repo.Versions["timestamp"], repo.Versions["snapshot"] = 1<<40, 1<<40
	repo.Life["timestamp"], repo.Life["snapshot"] = 3000*day, 3000*day
	repo.Online()
	d.accepts(repo.Files) // the thief can do that much: nobody can tell yet

	repo.Versions["timestamp"], repo.Versions["snapshot"] = honest["timestamp"], honest["snapshot"]
	repo.Online()
	d.refuses(trust.Rollback, repo.Files)

	repo.Now = repo.Now.Add(day)
	repo.Rotate("timestamp", 0)
	repo.Model("motions", "1.1.0", 2, 0, nil)
	repo.PublishAll()
	d.reopen()
	d.accepts(repo.Files)
	d.decides("", "models/motions-1.1.0.dunlin", pi)
	if now := d.store.Now(); now.After(signedAt.Add(3 * day)) {
		t.Errorf("the date is %s: an online key must not move it", now.Format(time.DateOnly))
	}
}
