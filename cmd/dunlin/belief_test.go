package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

func fileOf(data []byte) shelf.File {
	return shelf.File{SHA256: trusttest.Digest(data), Size: int64(len(data))}
}

// believer is a device that believes the owner of a repository.
func believer(t *testing.T, repo *trusttest.Repo, unsigned bool) belief {
	t.Helper()
	files := repo.PublishAll()
	b := newBelief(&config.Config{State: t.TempDir(), AllowUnsigned: unsigned})
	if err := trust.Init(b.cfg, files["1.root.json"], trusttest.Digest(files["1.root.json"])); err != nil {
		t.Fatal(err)
	}
	refresh(t, b, files)
	return b
}

func refresh(t *testing.T, b belief, files map[string][]byte) {
	t.Helper()
	store, err := trust.Open(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Refresh(t.Context(), trust.Memory(files)); err != nil {
		t.Fatal(err)
	}
}

func TestBelief(t *testing.T) {
	repo := trusttest.New(time.Now().Add(-time.Hour))
	one := repo.Model("motions", "1", 1, 0, nil)
	two := repo.Model("motions", "2", 2, 0, nil)
	npu := repo.Model("npu", "1", 1, 0, map[string]any{"delegates": "edgetpu"})
	for name, c := range map[string]struct {
		unsigned bool
		data     []byte
		signed   bool
		code     trust.Code
	}{
		"signed":                       {false, one, true, ""},
		"signed where all are allowed": {true, one, true, ""},
		"unsigned":                     {false, []byte("x"), false, trust.Unsigned},
		"unsigned and allowed":         {true, []byte("x"), false, ""},
		"for a delegate that is not":   {true, npu, false, trust.NoDelegate},
	} {
		signed, err := believer(t, repo, c.unsigned).decide(t.Context(), fileOf(c.data))
		if signed != c.signed || trust.CodeOf(err) != c.code {
			t.Errorf("%s: signed %v, %v; want %v, code %q", name, signed, err, c.signed, c.code)
		}
	}
	b := believer(t, repo, true)
	if err := b.accept(t.Context(), fileOf(two)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.decide(t.Context(), fileOf(one)); trust.CodeOf(err) != trust.LowerNumber {
		t.Errorf("an older release after a newer one: %v", err)
	}
	first := fileOf(one)
	first.Signed = true
	if signed, err := b.decide(t.Context(), first); !signed || err != nil {
		t.Errorf("an older release that is here already: signed %v, %v", signed, err)
	}
	repo.Model("motions", "3", 3, 3, nil)
	refresh(t, b, repo.PublishAll())
	if _, err := b.decide(t.Context(), fileOf(two)); trust.CodeOf(err) != trust.Revoked {
		t.Errorf("a revoked release where unsigned ones are allowed: %v", err)
	}
	if _, err := b.decide(t.Context(), first); trust.CodeOf(err) != trust.Revoked {
		t.Errorf("a revoked release that is here already: %v", err)
	}
	delete(repo.Targets["models"], "models/motions-2.dunlin")
	refresh(t, b, repo.PublishAll())
	second := fileOf(two)
	for _, second.Signed = range []bool{false, true} {
		if signed, err := b.decide(t.Context(), second); trust.CodeOf(err) != trust.Revoked {
			t.Errorf("a revoked release that is not listed any more, here already %v: signed %v, %v", second.Signed, signed, err)
		}
	}
}

// TestLockIsNotWaitedForForEver: a refresh that hangs on its stick holds the lock; who is told to stop stops, and says no
// more about a version than before.
func TestLockIsNotWaitedForForEver(t *testing.T) {
	repo := trusttest.New(time.Now().Add(-time.Hour))
	file := fileOf(repo.Model("motions", "1", 1, 0, nil))
	b := believer(t, repo, false)
	unlock, err := lockTrust(t.Context(), b.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.decide(ctx, file); !errors.Is(err, context.Canceled) || trust.CodeOf(err) != "" {
		t.Errorf("while another process holds the lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if signed, err := b.decide(t.Context(), file); !signed || err != nil {
		t.Errorf("afterwards: signed %v, %v", signed, err)
	}
}

// TestNobodyIsBelieved: a device that was never enrolled takes nothing, unless it takes anything.
func TestNobodyIsBelieved(t *testing.T) {
	for _, allow := range []bool{false, true} {
		b := newBelief(&config.Config{State: t.TempDir(), AllowUnsigned: allow})
		signed, err := b.decide(t.Context(), fileOf([]byte("x")))
		if signed || (err == nil) != allow || !allow && trust.CodeOf(err) != trust.NotEnrolled {
			t.Errorf("unsigned allowed %v: %v, %v", allow, signed, err)
		}
	}
}

// TestAvailable: what a process can get is the least of what machine and control group leave; numbers as proc_meminfo(5)
// and the kernel's cgroup-v2.rst have them.
func TestAvailable(t *testing.T) {
	const meminfo = "MemTotal:        4000000 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  uint64
	}{
		"nothing is known":  {nil, 0},
		"no control groups": {map[string]string{"proc/meminfo": meminfo}, 3000000 << 10},
		"a group without limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/system.slice/dunlin.service\n",
			"sys/fs/cgroup/system.slice/dunlin.service/memory.max": "max\n",
		}, 3000000 << 10},
		"a group with a limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "1:name=systemd:/x\n0::/system.slice/dunlin.service\n",
			"sys/fs/cgroup/system.slice/dunlin.service/memory.max":     "67108864\n",
			"sys/fs/cgroup/system.slice/dunlin.service/memory.current": "27108864\n",
		}, 40000000},
		"a group full of files that were read once": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/dunlin.service\n", "sys/fs/cgroup/dunlin.service/memory.max": "67108864\n",
			"sys/fs/cgroup/dunlin.service/memory.current": "67000000\n", "sys/fs/cgroup/dunlin.service/memory.stat": "anon 20000000\nfile 46000000\ninactive_file 40000000\nactive_file 6000000\n",
		}, 67108864 - 27000000},
		"a group in one with a limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/system.slice/dunlin.service\n",
			"sys/fs/cgroup/system.slice/dunlin.service/memory.max": "max\n",
			"sys/fs/cgroup/system.slice/memory.max":                "50000000\n", "sys/fs/cgroup/system.slice/memory.current": "30000000\n",
		}, 20000000},
		"a group that is full": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "10\n", "sys/fs/cgroup/memory.current": "20\n",
		}, 1},
	} {
		root := t.TempDir()
		for file, text := range c.files {
			path := filepath.Join(root, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := available(root); got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
}
