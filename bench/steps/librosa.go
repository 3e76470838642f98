package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// librosa is the running peer. It is idle between two calls of measure.
type librosa struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startLibrosa runs the peer on a window and returns what it makes of it.
func startLibrosa(ctx context.Context, python string, window []float32) (*librosa, []float32, error) {
	if _, err := os.Stat(python); err != nil {
		return nil, nil, fmt.Errorf("find Python with librosa (bash cross/setup.sh bench): %w", err)
	}
	dir, err := os.MkdirTemp("", "dunlin-steps-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir) // the peer has read and written both when it is ready
	sound, result := filepath.Join(dir, "sound"), filepath.Join(dir, "result")
	raw, err := binary.Append(nil, binary.NativeEndian, window)
	if err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(sound, raw, 0o600); err != nil {
		return nil, nil, err
	}
	l, err := start(exec.CommandContext(ctx, python, "bench/python/mel.py", sound, result))
	if err != nil {
		return nil, nil, err
	}
	if line, err := l.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, nil, errors.Join(fmt.Errorf("wait for mel.py: %q, %w", line, err), l.close())
	}
	made, err := floats(result)
	if err != nil {
		return nil, nil, errors.Join(err, l.close())
	}
	return l, made, nil
}

func start(cmd *exec.Cmd) (*librosa, error) {
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return nil, fmt.Errorf("make pipes: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start mel.py: %w", err)
	}
	return &librosa{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

func floats(path string) (all []float32, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for ; len(raw) >= 4; raw = raw[4:] {
		all = append(all, math.Float32frombits(binary.NativeEndian.Uint32(raw)))
	}
	return all, nil
}

// measure is the seconds of one spectrogram, over a turn each: by the plain call, and with the filters made before.
func (l *librosa) measure(length time.Duration) (plain, kept float64, err error) {
	if _, err := fmt.Fprintln(l.in, length.Milliseconds()); err != nil {
		return 0, 0, fmt.Errorf("ask mel.py: %w", err)
	}
	line, err := l.out.ReadString('\n')
	if err != nil {
		return 0, 0, fmt.Errorf("read mel.py: %w", err)
	}
	if _, err := fmt.Sscan(line, &plain, &kept); err != nil {
		return 0, 0, fmt.Errorf("read mel.py %q: %w", line, err)
	}
	return plain, kept, nil
}

// close ends the peer and waits for it.
func (l *librosa) close() error {
	return errors.Join(l.in.Close(), l.cmd.Wait())
}
