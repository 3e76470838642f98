package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// cLoop is the running C loop. It is idle between two calls of measure.
type cLoop struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startLoop runs the program on a library and a model.
func startLoop(ctx context.Context, program, library, model string) (*cLoop, error) {
	cmd := exec.CommandContext(ctx, program, library, model)
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, fmt.Errorf("make pipes: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start cloop: %w", err)
	}
	return &cLoop{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

// measure invokes for about the given time, at least a millisecond.
func (l *cLoop) measure(length time.Duration) (cost, error) {
	if _, err := fmt.Fprintln(l.in, max(length.Milliseconds(), 1)); err != nil {
		return cost{}, fmt.Errorf("ask cloop: %w", err)
	}
	line, err := l.out.ReadString('\n')
	if err != nil {
		return cost{}, fmt.Errorf("read cloop: %w", err)
	}
	var c cost
	if _, err := fmt.Sscan(line, &c.cpu, &c.wall); err != nil {
		return cost{}, fmt.Errorf("read cloop %q: %w", line, err)
	}
	return c, nil
}

// close ends the program and waits for it.
func (l *cLoop) close() error {
	if err := l.in.Close(); err != nil {
		return fmt.Errorf("close cloop: %w", err)
	}
	return l.cmd.Wait()
}
