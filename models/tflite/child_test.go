package tflite_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const (
	modelEnv = "DUNLIN_TEST_MODEL"
	boardEnv = "DUNLIN_TEST_BOARD" // the board's name in its device tree
)

// TestMain lets tests run parts that may crash, or that need another library, in a process of their own.
func TestMain(m *testing.M) {
	if os.Getenv(tflite.EnvLibrary) == "" { // what make runtime fetched
		check(os.Setenv(tflite.EnvLibrary, filepath.Join("..", "..", "build", "runtime", "linux-"+runtime.GOARCH, "libtflite.so.2.21.0")))
	}
	switch os.Getenv(enginetest.ChildEnv) {
	case "":
		os.Exit(m.Run())
	case "damage":
		damage()
	case "load":
		loadAndReport()
	case "gpu":
		loadAndReport("gpu")
	case "golden":
		goldenAnswers()
	}
	os.Exit(0)
}

// loadAndReport is a child that opens $DUNLIN_TFLITE, loads $DUNLIN_TEST_MODEL, runs it and prints the report or the
// error.
func loadAndReport(delegates ...string) {
	root := fstest.MapFS{"proc/device-tree/model": {Data: []byte(os.Getenv(boardEnv) + "\x00")}}
	r, err := tflite.Open(tflite.Config{Root: root})
	check(err)
	model, err := os.ReadFile(filepath.Join(testdata, os.Getenv(modelEnv)))
	check(err)
	s, err := r.Load(model, engine.Options{Delegates: delegates})
	check(err)
	check(s.Invoke())
	fmt.Println(r.Version(), s.Report(), s.Report().Reason)
	check(s.Close())
}

func check(err error) {
	if err != nil {
		fmt.Println("child:", err)
		os.Exit(1)
	}
}

// compile makes a shared library of C source; args go to cc.
func compile(t *testing.T, name, source string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	c, so := filepath.Join(dir, "a.c"), filepath.Join(dir, name)
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-shared", "-fPIC", "-Iinclude", "-o", so, c}, args...)
	if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		t.Fatalf("cc (apt-get install gcc): %v: %s", err, out)
	}
	return so
}

// impostor is the library under test with some functions replaced by source: dlsym finds the replacement first and
// everything else in the library behind it.
func impostor(t *testing.T, source string) string {
	t.Helper()
	lib, err := filepath.Abs(library(t))
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, "libtflite.so", source, "-Wl,--no-as-needed", lib, "-Wl,-rpath,"+filepath.Dir(lib))
}
