package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// writeVersion: version FILE NUMBER TRIAL [renamed] writes the motions example as a bundle of one file, under another
// number and with a trial of its own. A renamed one has other labels: its golden vectors agree, its answers do not.
func writeVersion(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && len(args) != 4 {
		ts.Fatalf("usage: version file number trial [renamed]")
	}
	data, err := versionOf(filepath.Join(ts.Getenv("MODELS"), "motions", "1"), args[1], args[2], len(args) == 4)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

func versionOf(dir, number, trial string, renamed bool) ([]byte, error) {
	files := fstest.MapFS{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	text := files[manifest.File].Data
	if renamed {
		labels := []byte("one\ntwo\nthree\nfour\n")
		text = bytes.Replace(text, []byte(trusttest.Digest(files["labels.txt"].Data)), []byte(trusttest.Digest(labels)), 1)
		files["labels.txt"].Data = labels
	}
	files[manifest.File].Data = bytes.Replace(text, []byte(`"version": 1`), []byte(`"version": `+number+`, "trial": `+trial), 1)
	var out bytes.Buffer
	err = manifest.WriteZip(&out, files)
	return out.Bytes(), err
}

// writeRepository: repository FOLDER FILE... writes signed metadata that list the files, motions-N.dunlin, as releases N of
// motions, and sets ROOT to the SHA-256 of the first root. FOLDER.later has the metadata of a later day, on which the owner
// has revoked every release but the last one named.
func writeRepository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: repository folder file...")
	}
	repo := trusttest.New(time.Now().Add(-time.Hour))
	for _, name := range args[1:] {
		version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "motions-"), manifest.Suffix)
		number, err := strconv.Atoi(version)
		ts.Check(err)
		custom := map[string]any{"name": "motions", "version": version, "number": number}
		repo.Add("models", "models/"+filepath.Base(name), []byte(ts.ReadFile(name)), custom)
	}
	files := repo.PublishAll()
	writeFiles(ts, args[0], files)
	ts.Setenv("ROOT", trusttest.Digest(files["1.root.json"]))
	last := args[len(args)-1]
	number, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(last), "motions-"), manifest.Suffix))
	ts.Check(err)
	custom := map[string]any{"name": "motions", "version": strconv.Itoa(number), "number": number, "floor": number}
	repo.Add("models", "models/"+filepath.Base(last), []byte(ts.ReadFile(last)), custom)
	writeFiles(ts, args[0]+".later", repo.PublishAll())
}

func writeFiles(ts *testscript.TestScript, folder string, files map[string][]byte) {
	ts.Check(os.MkdirAll(ts.MkAbs(folder), 0o755))
	for name, data := range files {
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(folder), name), data, 0o644))
	}
}

// standsIn: line N TEXT expects that the last command printed TEXT in its N-th line.
func standsIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: line number text")
	}
	lines := strings.Split(ts.ReadFile("stdout"), "\n")
	at := 1 + slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, args[1]) })
	if strconv.Itoa(at) != args[0] {
		ts.Fatalf("%q stands in line %d, want %s", args[1], at, args[0])
	}
}
