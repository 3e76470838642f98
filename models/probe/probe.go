package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	usualLimit  = 2 * time.Minute
	leastMemory = 512 << 20
)

// Config says how probes are made. Command is required.
type Config struct {
	Command []string                                   // a program that calls Serve
	Program string                                     // its file; empty means that Command names it
	Env     []string                                   // of the child; nil means this process's, without what belongs to the service manager
	Folder  string                                     // where verdicts are kept; empty keeps none
	Limit   time.Duration                              // of one probe, unless the delegate's preset asks for more; zero means 2 minutes
	Memory  int64                                      // bytes that a child may take beyond those of the empty program; zero means half of the machine's, at least 512 MiB
	Began   func(delegate string, limit time.Duration) // told before a probe; nil tells nobody
	Machine Machine                                    // empty fields are read from this machine
	Logger  *slog.Logger                               // nil discards
}

// Machine is what a verdict depends on besides model and delegate.
type Machine struct {
	Kernel string `json:"kernel"` // release
	Board  string `json:"board"`
	Boot   string `json:"-"` // this start of the machine
}

// Prober makes probes, one at a time: accelerators are rarely made for two users.
type Prober struct {
	cfg Config
	mu  sync.Mutex
}

// New makes a Prober.
func New(cfg Config) (*Prober, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("make prober: no command is given")
	}
	if cfg.Limit <= 0 {
		cfg.Limit = usualLimit
	}
	if cfg.Memory <= 0 {
		cfg.Memory = max(leastMemory, machineMemory()/2)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Env == nil {
		cfg.Env = subprocess.Environ()
	}
	cfg.Machine = cfg.Machine.filled()
	return &Prober{cfg: cfg}, nil
}

// machineMemory is in bytes; zero when the machine does not say.
func machineMemory() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	_, rest, _ := strings.Cut(string(text), "MemTotal:")
	var kB int64
	_, _ = fmt.Sscan(rest, &kB)
	return kB << 10
}

func (m Machine) filled() Machine {
	for field, files := range map[*string][]string{
		&m.Kernel: {"/proc/sys/kernel/osrelease"},
		&m.Board:  {"/proc/device-tree/model", "/sys/class/dmi/id/product_name"},
		&m.Boot:   {"/proc/sys/kernel/random/boot_id"},
	} {
		for _, file := range files {
			if *field == "" {
				text, _ := os.ReadFile(file) // what a machine does not say is the same on all its days
				*field = strings.Trim(string(text), "\x00\n ")
			}
		}
	}
	return m
}

// Request is one delegate to be proved with one model. Engine, Version, Model and Plugin.Name are required.
type Request struct {
	Engine    string        // the engine's name, which Serve is asked for
	Version   string        // of its runtime library
	Plugin    engine.Plugin // the delegate; without a library when the runtime has it inside
	Behind    []string      // proved delegates that take what this one leaves, in an engine that stacks them
	CPU       []string      // the delegates of the CPU to compare speed with, and to take what is left; empty means the engine's default
	Threads   int
	Model     []byte
	Vectors   []Vector // recorded runs
	Tolerance int      // how far an output may be off, in the steps of the manifest; zero means 2 of integers, 0.1 % of floats
}

// Vector is a recorded run: the bytes of each tensor.
type Vector struct{ Inputs, Outputs [][]byte }

// Run proves the delegate, or remembers that it did. The walk ends at engine.Verified or has a reason. The error is that
// of the context.
func (p *Prober) Run(ctx context.Context, r Request) (engine.Walk, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	walk := engine.Walk{Delegate: r.Plugin.Name, Stage: engine.Requested}
	k, err := p.keyOf(r)
	if err != nil {
		walk.Reason, walk.Text = engine.ReasonNoLibrary, err.Error()
		return walk, nil
	}
	if kept, ok := p.recall(k); ok {
		return kept, nil
	}
	if p.cfg.Began != nil {
		p.cfg.Began(r.Plugin.Name, p.limit(r.Plugin.Name))
	}
	start := time.Now()
	walk = p.ask(ctx, r)
	if err := ctx.Err(); err != nil {
		return walk, err
	}
	p.cfg.Logger.Info("delegate probed", "delegate", walk.Delegate, "stage", walk.Stage, "reason", walk.Reason, "text", walk.Text, "took", time.Since(start).Round(time.Millisecond))
	if err := p.keep(k, walk); err != nil {
		p.cfg.Logger.Warn("verdict not kept", "error", err)
	}
	return walk, nil
}

// limit is that of a delegate's probe.
func (p *Prober) limit(name string) time.Duration {
	if preset := engine.FindPreset(name); preset != nil {
		return max(p.cfg.Limit, preset.Limit)
	}
	return p.cfg.Limit
}

// open opens a delegate's library; nil without an error when the runtime has it inside.
func open(path string) (io.ReadCloser, error) {
	if path == "" {
		return nil, nil
	}
	return os.Open(filepath.Clean(path))
}
