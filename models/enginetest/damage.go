package enginetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// ChildEnv is the variable that tells a copy of a test program what to do instead of testing; its TestMain reads it.
const ChildEnv = "DUNLIN_TEST_CHILD"

const (
	seedEnv       = "DUNLIN_TEST_SEED" // takes another seed than the one of everybody, for longer hunts
	keepEnv       = "DUNLIN_TEST_KEEP" // a folder for the model that may crash the child, for whoever looks for the cause
	seed          = 20261124
	damagedModels = 1500 // of each kind
)

// Child runs a copy of this test program with ChildEnv set to what, and gives what it printed. A crash of the library
// in there is an error here.
func Child(t *testing.T, what string, env ...string) (string, error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), append(env, ChildEnv+"="+what)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

// RunDamaged runs a child that calls Damage, and fails with its seed when it crashes.
func RunDamaged(t *testing.T, what string) {
	t.Helper()
	out, err := Child(t, what)
	t.Logf("%s", out[max(0, len(out)-2000):])
	if err != nil {
		t.Errorf("%v; %s=N takes another seed than %d", err, seedEnv, seed)
	}
}

// Damage loads, runs and closes each file with one to four bytes changed, many times over: they are refused as models, or
// they run. What Skip reports is left out. It is for a child: an error of any other kind is given back, and a crash ends
// the process.
func Damage(e engine.Engine, files []string, skip func(model []byte) bool) error {
	n := uint64(seed)
	if s := os.Getenv(seedEnv); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			return fmt.Errorf("read %s: %w", seedEnv, err)
		}
	}
	random := rand.New(rand.NewPCG(n, 0))
	for _, name := range files {
		good, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		refused, err := damage(e, good, random, skip)
		if err != nil {
			return fmt.Errorf("%s, seed %d: %w", name, n, err)
		}
		fmt.Printf("%s: %d damaged, %d refused\n", name, damagedModels, refused)
	}
	return nil
}

func damage(e engine.Engine, good []byte, random *rand.Rand, skip func([]byte) bool) (refused int, err error) {
	for i := range damagedModels {
		bad := slices.Clone(good)
		for range 1 + random.IntN(4) {
			bad[random.IntN(len(bad))] = byte(random.Uint32())
		}
		if dir := os.Getenv(keepEnv); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "damaged.model"), bad, 0o600); err != nil {
				return refused, err
			}
		}
		if skip(bad) {
			continue
		}
		switch err := tryDamaged(e, bad, [][]string{nil, {"none"}}[i%2]); {
		case errors.Is(err, engine.ErrModel):
			refused++
		case err != nil:
			return refused, err
		}
	}
	return refused, nil
}

func tryDamaged(e engine.Engine, bad []byte, way []string) error {
	s, err := e.Load(bad, engine.Options{Delegates: way})
	if err != nil {
		return err
	}
	size := 0
	for _, t := range append(slices.Clone(s.Inputs()), s.Outputs()...) {
		size += len(t.Data)
	}
	if size < 1<<14 { // a byte of a shape may make a sound model that runs for minutes
		s.Invoke() // may fail
	}
	return s.Close()
}
