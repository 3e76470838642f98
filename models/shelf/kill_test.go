package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// The variables that make this test binary a victim: a device that takes in bundles, tries them, and is killed at the
// n-th named point that it comes to.
const (
	dirVar   = "DUNLIN_SHELF_DIR"
	afterVar = "DUNLIN_SHELF_AFTER"
	modelVar = "DUNLIN_SHELF_MODEL"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(dirVar); dir != "" {
		after, err := strconv.Atoi(os.Getenv(afterVar))
		if err == nil {
			err = victim(dir, os.Getenv(modelVar), after)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killing is a configuration whose process dies at the n-th point; it prints the points. The budget has room for two.
func killing(after int) shelf.Config {
	cfg := config()
	cfg.Budget = 40 << 10
	cfg.Hook = func(point string) {
		fmt.Println(point)
		if after--; after == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	return cfg
}

// victim goes on from whatever is on the disk: version 2 is tried and committed, 3 is tried and given up, 4 is refused,
// 5 is committed, which leaves no room for 3, and 6 is taken and removed.
func victim(dir, model string, after int) error {
	s, err := shelf.Open(dir, killing(after))
	if err != nil {
		return err
	}
	if err := s.Resume(context.Background()); err != nil && !errors.Is(err, shelf.ErrRefused) {
		return err
	}
	for _, act := range []func() error{
		func() error { return passes(s, model, 2, true) },
		func() error { return passes(s, model, 3, false) },
		func() error { return refused(s, model) },
		func() error { return passes(s, model, 5, true) },
		s.Prune,
		func() error { return removed(s, model) },
	} {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// passes takes one version from its bytes to the end of its trial, unless that has happened.
func passes(s *shelf.Shelf, model string, version int, good bool) error {
	slot, _ := s.Slot("activity")
	if over(slot, version) {
		return tell(s)
	}
	if slot.Next == nil {
		if err := arrive(s, model, version); err != nil {
			return err
		}
	}
	if err := s.Begin("activity"); err != nil {
		return err
	}
	if err := s.Try("activity"); err != nil {
		return err
	}
	var err error
	if good {
		err = s.Commit("activity", "good")
	} else {
		err = s.Revert("activity", "bad")
	}
	if err != nil {
		return err
	}
	return tell(s)
}

// over reports whether the trial of a version has ended: the last one that did is it or a later one.
func over(slot shelf.Slot, version int) bool {
	return slot.Last != nil && slot.Last.Model >= fmt.Sprintf("motions@%d", version)
}

func tell(s *shelf.Shelf) error {
	_, _, err := told(s)
	return err
}

func arrive(s *shelf.Shelf, model string, version int) error {
	data, err := pack(model, version, "")
	if err != nil {
		return err
	}
	if _, err := s.Import(context.Background(), "", bytes.NewReader(data)); err != nil {
		return err
	}
	r := ask(version)
	r.Attempts = 10
	return s.Activate(r)
}

func removed(s *shelf.Shelf, model string) error {
	data, err := pack(model, 6, "")
	if err != nil {
		return err
	}
	if _, err := s.Import(context.Background(), "", bytes.NewReader(data)); err != nil {
		return err
	}
	return s.Remove(manifest.Ref{Name: "motions", Version: 6})
}

func refused(s *shelf.Shelf, model string) error {
	data, err := pack(model, 4, "")
	if err != nil {
		return err
	}
	if _, err := s.Import(context.Background(), "", bytes.NewReader(data[:len(data)/2])); !errors.Is(err, shelf.ErrRefused) {
		return fmt.Errorf("half a bundle: %w", err)
	}
	return nil
}

// play runs a victim; it returns the points it came to and whether it was killed.
func play(t *testing.T, dir string, after int) (points []string, killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), dirVar+"="+dir, afterVar+"="+strconv.Itoa(after),
		modelVar+"="+fixture.Path(t, "examples", "models", "motions", "1"))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	killed = errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if err != nil && !killed {
		t.Fatalf("the victim failed by itself: %v\n%s", err, out)
	}
	return strings.Fields(string(out)), killed
}

// usable is the promise: what a start would use is whole, and so are the slots.
func usable(t *testing.T, dir, where string) {
	t.Helper()
	s := newShelf(t, dir, config())
	if err := whole(s, "activity"); err != nil {
		t.Fatalf("killed at %s: a start would find no whole model: %v", where, err)
	}
	for _, v := range s.Versions() {
		if f := v.Folder(); f != "" {
			if _, err := manifest.Open(os.DirFS(s.Path(f))); err != nil {
				t.Fatalf("killed at %s: %s is on the shelf and not whole: %v", where, v.Ref(), err)
			}
		}
	}
}

// ended is how the story ends, however often it is interrupted.
func ended(t *testing.T, dir, where string) {
	t.Helper()
	s := newShelf(t, dir, config())
	slot, _ := s.Slot("activity")
	active, err := s.Find(manifest.Ref{Name: "motions", Version: 5})
	if err != nil || slot.Active != active || slot.Next != nil || slot.Last.Model != "motions@5" || slot.Last.State != shelf.Committed || !slot.Last.Told {
		t.Errorf("killed at %s: in the end the slot is %+v, last %+v, %v", where, slot, slot.Last, err)
	}
	if back, err := s.Find(manifest.Ref{Name: "motions", Version: 2}); err != nil || slot.Previous != back {
		t.Errorf("killed at %s: the version before is %q, %v", where, slot.Previous, err)
	}
}

// TestKilledAtPoints kills the process at every named point, then again at the next one it comes to, and at one in the
// middle of what follows; after each death a start finds a whole model, and the story ends as if nothing had happened.
func TestKilledAtPoints(t *testing.T) {
	all, killed := play(t, t.TempDir(), 0)
	if killed || len(all) < 60 {
		t.Fatalf("a run without a kill came to %d points", len(all))
	}
	persisted := map[string]bool{}
	for i, point := range all {
		dir := t.TempDir()
		if strings.HasSuffix(point, ".saved") {
			persisted[point] = true
		}
		if _, killed := play(t, dir, i+1); !killed {
			t.Fatalf("no death at point %d, %s", i+1, point)
		}
		usable(t, dir, point)
		again, _ := play(t, dir, 1+i%7)
		usable(t, dir, point+" and then "+strings.Join(again[max(len(again)-1, 0):], ""))
		if _, killed := play(t, dir, 0); killed {
			t.Fatal("killed without being asked to")
		}
		usable(t, dir, point)
		ended(t, dir, point)
	}
	for _, p := range []string{"offered", "accepted", "refused", "fetching", "verified", "waiting", "activating", "trial", "committed", "reverted", "told", "retired"} {
		if !persisted[p+".saved"] {
			t.Errorf("the story never persists %q", p)
		}
	}
	t.Logf("%d points, each killed twice", len(all))
}
