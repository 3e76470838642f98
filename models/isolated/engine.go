package isolated

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// Config says how children are started and watched. Command and Engine are required.
type Config struct {
	Command []string // a program that calls Serve: its name and arguments
	Program string   // its file, when that is not the name: "/proc/self/exe" is this very program, even if its file was replaced
	Engine  string   // the engine's name, which Serve is asked for: "tflite"

	Limit     time.Duration // of one call; zero learns it: ten times the 99th percentile, at least 1 s
	Start     time.Duration // of starting a child, loading and the first call; zero means 30 s
	Pause     time.Duration // before the second start after a fall, doubled each time; zero means 100 ms
	LongPause time.Duration // where the doubling ends; zero means 30 s
	Calm      time.Duration // a child that lived this long forgets earlier falls; zero means 1 minute
	Memory    int64         // bytes that a child may take beyond those of the empty program; zero means no limit
	Env       []string      // nil means this process's, without what belongs to the service manager
	Logger    *slog.Logger  // nil discards
}

func (c *Config) fill() error {
	if len(c.Command) == 0 || c.Engine == "" {
		return errors.New("no command or no engine is given")
	}
	for value, standard := range map[*time.Duration]time.Duration{
		&c.Start: 30 * time.Second, &c.Pause: 100 * time.Millisecond, &c.LongPause: 30 * time.Second, &c.Calm: time.Minute,
	} {
		if *value <= 0 {
			*value = standard
		}
	}
	if c.Env == nil {
		c.Env = subprocess.Environ()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Program == "" {
		c.Program = c.Command[0]
	}
	c.Logger = c.Logger.With("engine", c.Engine)
	return nil
}

// Engine loads models into children. It implements engine.Engine.
type Engine struct {
	cfg     Config
	version string
}

// Open starts a child to ask which version its engine has. The error wraps engine.ErrRuntime when the child has none.
func Open(cfg Config) (*Engine, error) {
	if err := cfg.fill(); err != nil {
		return nil, fmt.Errorf("open isolated engine: %w", err)
	}
	c, a, err := ask(&cfg, request{Engine: cfg.Engine, Describe: true}, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("open isolated engine: %w", err)
	}
	c.end()
	return &Engine{cfg: cfg, version: a.Version}, nil
}

// Name is that of the engine in the child.
func (e *Engine) Name() string { return e.cfg.Engine }

// Version is that of the library in the child.
func (e *Engine) Version() string { return e.version }

// Load starts a child and loads the model there. The error wraps engine.ErrModel when the bytes are the cause.
func (e *Engine) Load(model []byte, opts engine.Options) (engine.Session, error) {
	s, err := newSession(&e.cfg, model, opts)
	if err != nil {
		return nil, fmt.Errorf("load model in a process of its own: %w", err)
	}
	return s, nil
}
