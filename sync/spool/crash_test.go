package spool_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// The variables that make this test binary play a part of its own: a spool that is killed, or one on a full disk.
const (
	roleVar  = "DUNLIN_SPOOL_ROLE"
	dirVar   = "DUNLIN_SPOOL_DIR"
	pointVar = "DUNLIN_SPOOL_POINT"
)

// role plays the part that the environment asks for; false when it asks for none.
func role() bool {
	switch os.Getenv(roleVar) {
	case "victim":
		victim(os.Getenv(dirVar), os.Getenv(pointVar))
	case "full":
		fullDisk(os.Getenv(dirVar))
	default:
		return false
	}
	return true
}

// victim writes and acknowledges until it is killed: from outside, or by itself at a named point. Once a commit is on
// the disk it prints the stream's number that it reached.
func victim(dir, point string) {
	name, after, _ := strings.Cut(point, "@")
	count := 0
	hit := func(p string) {
		if p != name {
			return
		}
		if count++; fmt.Sprint(count) == after {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	cfg := spool.Config{Max: 8 << 20, Quiet: time.Millisecond, BootID: "b"}
	s, err := spool.Open(dir, spool.WithFail(cfg, hit))
	if err != nil {
		fatal(err)
	}
	start := s.Stats().Streams[wire.Results].Head
	for n := start + 1; ; n++ {
		size := 100
		if (n/50)%8 == 3 {
			size = 20000 // now and then much, acknowledged at once: the file is compacted
		}
		if err := s.Append(wire.Results, 0, record(n, size)); err != nil {
			fatal(err)
		}
		if n%50 == 0 {
			victimCommit(s)
		}
	}
}

func victimCommit(s *spool.Spool) {
	if err := s.Flush(context.Background()); err != nil {
		fatal(err)
	}
	st := s.Stats()
	r := st.Streams[wire.Results]
	line, _ := json.Marshal(committed{Epoch: st.Epoch, Low: r.Low, Head: r.Head})
	fmt.Printf("%s\n", line)
	if r.Head%300 == 0 {
		if err := s.Ack(wire.Results, wire.Ack{Epoch: st.Epoch, Life: st.Life, UpTo: r.Head - 20}); err != nil {
			fatal(err)
		}
	}
}

// committed is what the victim says was on the disk.
type committed struct {
	Epoch     wire.Epoch
	Low, Head uint64
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

// play runs this binary in a role; lines go to each, which returns false to have it killed.
func play(t *testing.T, env []string, each func(line []byte) bool) error {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if !each(lines.Bytes()) {
			_ = cmd.Process.Kill()
		}
	}
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	if stderr.Len() > 0 {
		t.Errorf("the child said: %s", stderr.String())
	}
	return err
}

// kills follows one spool through the deaths of its victims.
type kills struct {
	dir   string
	last  committed
	lives int
}

// kill runs a victim until it dies at point, or after so many commits.
func (k *kills) kill(t *testing.T, point string, commits int) {
	t.Helper()
	env := []string{roleVar + "=victim", dirVar + "=" + k.dir, pointVar + "=" + point}
	err := play(t, env, func(line []byte) bool {
		if err := json.Unmarshal(line, &k.last); err != nil {
			t.Errorf("line %q: %v", line, err)
		}
		commits--
		return commits > 0
	})
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the victim ended with %v", err)
	}
	k.lives++
	k.check(t, point)
}

// check opens what the victim left: everything it said was committed is there, each number with its own content.
func (k *kills) check(t *testing.T, point string) {
	t.Helper()
	s := open(t, copyDir(t, k.dir), config())
	defer s.Close()
	st := s.Stats()
	r := st.Streams[wire.Results]
	if k.last.Head > 0 && (st.Epoch != k.last.Epoch || r.Head < k.last.Head) || st.Lost != 0 || len(r.Gaps) != 0 {
		t.Fatalf("after %s: committed %+v, found %+v", point, k.last, st)
	}
	for n, c := range contents(t, s, wire.Results) {
		if n != c {
			t.Fatalf("after %s: number %d holds record %d", point, n, c)
		}
	}
	if r.Waiting != r.Head+1-r.Low {
		t.Fatalf("after %s: holes in %+v", point, r)
	}
}

// TestKilledAtPoints kills the process at every named point, and goes on with what it left.
func TestKilledAtPoints(t *testing.T) {
	k := &kills{dir: quickDir(t)}
	for _, point := range []string{
		"epoch.created@1", "side.before@1", "side.after@1", "epoch.renamed@1",
		"commit.before@1", "commit.after@1", "commit.before@7", "commit.after@7", "side.before@1", "side.after@1",
		"compact.copied@1", "compact.renamed@1", "compact.copied@2", "compact.renamed@2",
	} {
		k.kill(t, point, 1000)
	}
}

// TestKilledAtRandom kills the process from outside, wherever it is.
func TestKilledAtRandom(t *testing.T) {
	k := &kills{dir: quickDir(t)}
	for i := range 25 {
		k.kill(t, "none", 1+i*7%40)
	}
	if k.last.Head < 1000 {
		t.Errorf("only %d records were written between the kills", k.last.Head)
	}
}
