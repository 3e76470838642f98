package isolated_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// TestMain lets a copy of the test program be the child, or a parent that is killed.
func TestMain(m *testing.M) {
	lib, err := filepath.Abs(filepath.Join("..", "..", "build", "runtime", "linux-"+runtime.GOARCH, "libtflite.so.2.21.0"))
	if err == nil && os.Getenv(tflite.EnvLibrary) == "" {
		err = os.Setenv(tflite.EnvLibrary, lib) // what make runtime fetched
	}
	switch {
	case err != nil:
	case slices.Contains(os.Args, "serve"):
		err = isolated.Serve(open)
	case slices.Contains(os.Args, "parent"):
		err = parent()
	default:
		goleak.VerifyTestMain(m)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func open(name string) (engine.Engine, error) {
	switch name {
	case "tflite":
		return tflite.Open(tflite.Config{})
	case "trouble":
		return trouble{}, nil
	case "exits":
		os.Exit(7)
	case "hangs":
		select {}
	}
	return nil, fmt.Errorf("engine %q: %w", name, engine.ErrRuntime)
}

// trouble is an engine whose models are sentences: "hang after 2" answers two calls and hangs in the third. A model that
// begins with "npu: " does so only with the delegate npu.
type trouble struct{}

func (trouble) Name() string    { return "trouble" }
func (trouble) Version() string { return "1.0" }

func (trouble) Load(model []byte, opts engine.Options) (engine.Session, error) {
	does, after := string(model), 0
	if onNPU, ok := strings.CutPrefix(does, "npu: "); ok {
		if does = strings.TrimSuffix(onNPU, integers); !slices.Contains(opts.Delegates, "npu") {
			does = "work"
		}
		if does == "work" && strings.HasSuffix(onNPU, integers) {
			four := engine.Tensor{Type: engine.Int32, Shape: []int{4}, Data: make([]byte, 16)}
			return &session{does: does, in: four, out: four, delegate: "none"}, nil
		}
	}
	if what, n, ok := strings.Cut(does, " after "); ok {
		does, after = what, int(n[0]-'0')
	}
	if what, ok := strings.CutPrefix(does, "load "); ok {
		return nil, act(what)
	}
	if does == "huge" { // as the memory of a damaged process may say
		return huge{&session{out: engine.Of(make([]float32, 4))}}, nil
	}
	s := &session{does: does, after: after, in: engine.Of(make([]float32, 4)), out: engine.Of(make([]float32, 4)), delegate: "none"}
	if len(opts.Delegates) > 0 {
		s.delegate = opts.Delegates[0]
	}
	return s, nil
}

// integers ends the name of a model whose tensors are integers elsewhere, with as many bytes.
const integers = ", integers elsewhere"

type session struct {
	does     string
	after    int
	calls    int
	delegate string
	in, out  engine.Tensor
}

func (s *session) Inputs() []engine.Tensor  { return []engine.Tensor{s.in} }
func (s *session) Outputs() []engine.Tensor { return []engine.Tensor{s.out} }
func (s *session) Close() error             { return nil }
func (s *session) Report() engine.Report {
	if s.does == "talk" {
		long := strings.Repeat("npu says no; ", 30_000)
		return engine.Report{Delegate: s.delegate, Nodes: 1, Reason: long, Walks: []engine.Walk{{Delegate: "npu", Reason: engine.ReasonCreate, Text: long}}}
	}
	return engine.Report{Delegate: s.delegate, Nodes: 1}
}

func (s *session) Invoke() error {
	if s.calls++; s.calls > s.after {
		if err := act(s.does); err != nil {
			return err
		}
	}
	copy(s.out.Data, s.in.Data)
	return nil
}

// huge claims more tensors than any machine has memory for.
type huge struct{ *session }

func (huge) Inputs() []engine.Tensor {
	return slices.Repeat([]engine.Tensor{{Type: engine.Float32, Shape: []int{1 << 28}}}, 5)
}

// grown is what a leaking child holds; it lives as long as that process.
var grown [][]byte

func act(does string) error {
	raise := func(s syscall.Signal) error {
		_ = syscall.Kill(os.Getpid(), s)
		select {}
	}
	switch does {
	case "work", "talk":
		return nil
	case "hang":
		select {}
	case "spin":
		for n := new(atomic.Int64); ; n.Add(1) {
		}
	case "abort":
		return raise(syscall.SIGABRT)
	case "stop":
		return raise(syscall.SIGSTOP)
	case "kill":
		return raise(syscall.SIGKILL)
	case "illegal":
		return raise(syscall.SIGILL)
	case "segfault":
		return raise(syscall.SIGSEGV)
	case "exit":
		os.Exit(3)
	case "exit well":
		os.Exit(0)
	case "words":
		fmt.Fprintln(os.Stderr, "driver: queue is full")
		os.Exit(3)
	case "pieces": // as Go prints its last words: a call of the system for every piece
		for _, piece := range []string{"a word before\nfatal error", ": ", "the queue", " is full", "\n\ngoroutine 1:", "\n\tmain()\n"} {
			fmt.Fprint(os.Stderr, piece)
		}
		os.Exit(2)
	case "endless":
		fmt.Fprint(os.Stderr, strings.Repeat("x", 1<<20)+"\npanic: no end")
		os.Exit(2)
	case "threads":
		fmt.Fprint(os.Stderr, "runtime: failed to create new OS thread (have 9 already; errno=11)\nfatal error: newosproc\n")
		os.Exit(2)
	case "devour":
		var all [][]byte
		for {
			all = append(all, slices.Repeat([]byte{1}, 16<<20))
			if len(all) > 1<<10 {
				return errors.New("16 GiB are not all")
			}
		}
	case "grow":
		grown = append(grown, slices.Repeat([]byte{1}, 16<<20))
		return nil
	case "collect":
		runtime.GC()
		runtime.GC() // the first only schedules finalizers
		return nil
	case "refuse":
		return errors.New("operator 3 refuses")
	case "bad":
		return fmt.Errorf("no such operator: %w", engine.ErrModel)
	case "list":
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return err
		}
		var list []string
		for _, f := range files {
			to, _ := os.Readlink("/proc/self/fd/" + f.Name())
			list = append(list, to)
		}
		dir, _ := os.Getwd()
		return errors.New(strings.Join(list, " ") + " dir=" + dir + " notify=" + os.Getenv("NOTIFY_SOCKET"))
	}
	return fmt.Errorf("no such model: %q", does)
}
