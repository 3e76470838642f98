package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/hub/release"
)

// shop is an owner of a fleet: a repository, all its keys, and the date.
type shop struct {
	t    *testing.T
	repo *release.Repository
	keys release.Keys
	root []byte
	now  time.Time
	hook func(point string) // called at the points of Export when it is not nil
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, now: time.Now().Add(-time.Hour)} // python-tuf looks at the real clock
	var err error
	if s.keys, err = release.NewKeys(release.DefaultPlan()); err != nil {
		t.Fatal(err)
	}
	s.repo, s.root, err = release.Create(filepath.Join(t.TempDir(), "repo"), release.DefaultPlan(), s.keys, release.Config{Now: func() time.Time { return s.now }, Hook: s.at})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) at(point string) {
	if s.hook != nil {
		s.hook(point)
	}
}

func (s *shop) file(content string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *shop) model(name, version string, floor int64, d trust.Demands) trust.Release {
	s.t.Helper()
	rel, err := s.repo.Add(s.file("bundle "+name+version), release.Offer{Role: release.Models, Name: name, Version: version, Floor: floor, Demands: d})
	if err != nil {
		s.t.Fatal(err)
	}
	return rel
}

// sign signs a staged role with every given key and fails when one may not.
func (s *shop) sign(role string, keys ...*release.Key) {
	s.t.Helper()
	for _, k := range keys {
		if ok, err := s.repo.Sign(k, role); err != nil || !ok {
			s.t.Fatalf("sign %s with %.8s: %v, %v", role, k.ID, ok, err)
		}
	}
}

func (s *shop) publish(replaced ...*release.Key) {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	if err := s.repo.Publish(s.keys[release.Online][0], replaced...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) words(role string) string {
	s.t.Helper()
	lines, err := s.repo.Words(role)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// device enrols a device with the first root.
func (s *shop) device() *trust.Store {
	s.t.Helper()
	return s.enrolled(s.root)
}

func (s *shop) enrolled(root []byte) *trust.Store {
	s.t.Helper()
	cfg := trust.Config{Dir: s.t.TempDir()}
	if err := trust.Init(cfg, root, trusttest.Digest(root)); err != nil {
		s.t.Fatal(err)
	}
	store, err := trust.Open(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return store
}

func (s *shop) refreshes(d *trust.Store) {
	s.t.Helper()
	if _, err := d.Refresh(s.t.Context(), trust.Folder(s.repo.Dir())); err != nil {
		s.t.Fatal(err)
	}
}
