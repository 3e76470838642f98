package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

func TestTrimmable(t *testing.T) {
	smaps := `00400000-00b3e000 r-xp 00002000 fe:00 12 /usr/bin/dunlin
Rss:                 100 kB
Anonymous:             0 kB
00b3e000-012fa000 r--p 0073e000 fe:00 12 /usr/bin/dunlin
Anonymous:             0 kB
012fa000-012fb000 r--p 00efa000 fe:00 12 /usr/bin/dunlin
Anonymous:             4 kB
012fb000-013e7000 rw-p 00efb000 fe:00 12 /usr/bin/dunlin
Anonymous:             0 kB
c000000000-c000800000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f0000000000-7f0000001000 r--s 00000000 fe:00 13 /var/lib/dunlin/spool.db
Anonymous:             0 kB
7f0000002000-7f0000004000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
7f0000005000-7f0000006000 r--p 00000000 fe:00 14 /usr/lib/a file
Anonymous:             0 kB
`
	got, err := trimmable(strings.NewReader(smaps))
	want := []mapping{{0x400000, 0xb3e000}, {0xb3e000, 0x12fa000}, {0x7f0000005000, 0x7f0000006000}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
	if _, err := trimmable(strings.NewReader("zz-yy r-xp 0 fe:00 12 /usr/bin/dunlin\n")); err == nil {
		t.Error("a line that is no mapping was read")
	}
}

// TestTrim: what equals its file is given back and reads the same again; what was written to stays.
func TestTrim(t *testing.T) {
	name := filepath.Join(t.TempDir(), "library")
	text := bytes.Repeat([]byte("dunlin"), 1<<18)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	clean, written := mapped(t, name), mapped(t, name)
	copy(written, "loader")
	for _, m := range [][]byte{clean, written} {
		if err := syscall.Mprotect(m, syscall.PROT_READ); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(clean, text) || resident(t, clean) == 0 {
		t.Fatal("the file was not read into memory")
	}
	if err := trim(); err != nil {
		t.Fatal(err)
	}
	if kB := resident(t, clean); kB != 0 {
		t.Errorf("%d kB were kept of %d", kB, len(text)/1024)
	}
	if !bytes.Equal(clean, text) {
		t.Error("the file reads otherwise than before")
	}
	if !bytes.HasPrefix(written, []byte("loader")) {
		t.Error("a page that was written to was given back")
	}
}

// mapped maps a file privately, as a loader does.
func mapped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	return m
}

// resident is how many kB of a mapping this process has in memory.
func resident(t *testing.T, m []byte) (kB int) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(smaps), fmt.Sprintf("\n%x-", uintptr(unsafe.Pointer(&m[0]))))
	if !ok {
		t.Fatal("the mapping is not in smaps by its start")
	}
	_, rest, _ = strings.Cut(rest, "\nRss:")
	if _, err := fmt.Sscanf(rest, "%d kB", &kB); err != nil {
		t.Fatal(err)
	}
	return kB
}
