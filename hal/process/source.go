package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/lines"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a process. Command is required, and either Channels or Frames.
type Config struct {
	Command  []string        // program and arguments; no shell
	Channels []hal.Channel   // of lines of numbers
	Frames   *picture.Config // of raw frames of one size without anything between: a camera's program
	Stuck    time.Duration   // frames that stay the very same for longer are of no use; zero means 10 s, less than zero never
	Rate     hal.Hertz       // zero: the program has no fixed rate
	// SilentAfter is how long may pass without a line or picture before the source is degraded; zero means ten at Rate but
	// at least 10 s, and for ever without a rate.
	SilentAfter time.Duration
	Grace       time.Duration // between SIGTERM and SIGKILL; zero means 500 ms
	Clock       clock.Clock   // nil means the system's
	Logger      *slog.Logger  // nil discards
}

// Source is a program that prints samples, or writes frames.
type Source struct {
	cfg   Config
	pulse *hal.Pulse
	watch *picture.Watch // of the frames of all runs: a camera that was frozen may still be
}

// New makes a source; the program starts with Run.
func New(cfg Config) *Source {
	if cfg.Grace <= 0 {
		cfg.Grace = 500 * time.Millisecond
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock), watch: picture.NewWatch(cfg.Stuck)}
	s.pulse.Silence(cfg.silence())
	return s
}

func (c Config) silence() hal.Silence {
	s := hal.Silence{
		After: c.SilentAfter, Period: c.Rate.Period(), Of: "line",
		Check: "check what the program waits for, and that it flushes its output after each line",
	}
	if c.Frames != nil {
		s.Of, s.Check = "picture", "check the camera, and that the program writes frames of the size that the source has"
	}
	return s
}

func (s *Source) String() string { return "process " + strings.Join(s.cfg.Command, " ") }

// Channels are those of the configuration.
func (s *Source) Channels() []hal.Channel { return append([]hal.Channel(nil), s.cfg.Channels...) }

// Picture is what becomes of the frames; zero for lines of numbers.
func (s *Source) Picture() hal.Picture {
	if s.cfg.Frames == nil {
		return hal.Picture{}
	}
	return s.cfg.Frames.Picture
}

// Health is how the program is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run starts the program and emits its samples until ctx is cancelled or the program ends. Ending is an error, whatever
// its exit code: a sensor does not end. The error carries the last line that the program wrote to standard error.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if len(s.cfg.Command) == 0 || (len(s.cfg.Channels) == 0) == (s.cfg.Frames == nil) {
		return errors.New("run program: it takes a command, and either channels or frames")
	}
	l, err := s.reader(emit)
	if err != nil {
		return fmt.Errorf("run %s: %w", s.cfg.Command[0], err)
	}
	if ctx.Err() != nil {
		return nil
	}
	c, err := start(s.cfg.Command)
	if err != nil {
		return s.notStarted(err)
	}
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		c.end(s.cfg.Grace)
	})
	readErr := l.Read(c.stdout)
	cancelled := !unhook()
	if cancelled {
		<-ended
	} else {
		c.await(s.cfg.Grace)
		c.end(s.cfg.Grace)
	}
	exitErr := c.finish()
	l.Close()
	if readErr != nil && !cancelled {
		return fmt.Errorf("read output of %s: %w", s.cfg.Command[0], readErr)
	}
	return fmt.Errorf("run %s: %w", s.cfg.Command[0], c.reason(exitErr))
}

// reader makes blocks of a program's output.
type reader interface {
	Read(in io.Reader) error
	Close()
}

func (s *Source) reader(emit func(hal.Block)) (reader, error) {
	if s.cfg.Frames != nil {
		return newFrames(s, emit)
	}
	return lines.New(lines.Config{
		Channels: len(s.cfg.Channels), Rate: s.cfg.Rate, Pulse: s.pulse, Emit: emit,
		Clock: s.cfg.Clock, Logger: s.cfg.Logger.With("program", s.cfg.Command[0]),
	}), nil
}

func (s *Source) notStarted(err error) error {
	gone := &hal.AbsentError{What: fmt.Sprintf("program %q", s.cfg.Command[0]), Err: err}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		gone.Fix = "install it, or check the key command of the source"
	case errors.Is(err, fs.ErrPermission):
		gone.Fix = "let the agent's user run it: sudo chmod a+rx on the file, and on the folders that lead to it; the service sees no files of /home"
	case errors.Is(err, syscall.ENOEXEC):
		gone.Fix = "write #!/bin/sh, or its interpreter, on the script's first line, or install the program for this processor"
	default:
		return fmt.Errorf("start %s: %w", s.cfg.Command[0], err)
	}
	return gone
}
