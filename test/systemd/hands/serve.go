package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/dunlin-iot/dunlin/test/systemd/errand"
)

// serve does errands until the host is gone.
func serve(port string) error {
	f, err := os.OpenFile(port, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	in, out := json.NewDecoder(f), json.NewEncoder(f)
	for {
		var e errand.Errand
		if err := in.Decode(&e); err != nil {
			return fmt.Errorf("read errand: %w", errors.Join(err, f.Close()))
		}
		if err := out.Encode(do(e)); err != nil {
			return fmt.Errorf("write result: %w", errors.Join(err, f.Close()))
		}
	}
}

func do(e errand.Errand) (r errand.Result) {
	r.Code = -1
	if len(e.Argv) == 0 {
		r.Fault = "an errand without a program"
		return r
	}
	ctx, cancel := context.WithTimeout(context.Background(), e.Limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.Argv[0], e.Argv[1:]...)
	cmd.Stdin = bytes.NewReader(e.Stdin)
	cmd.WaitDelay = time.Second // what it left in the background may hold its output open
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	var err error
	if e.Until == "" {
		err = cmd.Run()
	} else {
		cmd.Stdout = nil
		r.Line, err = follow(ctx, cmd, &out, e.Until)
	}
	r.Out, r.Err = out.Bytes(), talk.Bytes()
	var exit *exec.ExitError
	switch {
	case r.Line != "", err == nil, errors.Is(err, exec.ErrWaitDelay):
		r.Code = 0
	case ctx.Err() != nil:
		r.Fault = fmt.Sprintf("killed after %v", e.Limit)
	case errors.As(err, &exit):
		r.Code = exit.ExitCode()
	default:
		r.Fault = err.Error()
	}
	return r
}

// follow ends a program at the first line that matches.
func follow(ctx context.Context, cmd *exec.Cmd, out *bytes.Buffer, until string) (line string, err error) {
	want, err := regexp.Compile(until)
	if err != nil {
		return "", err
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(io.TeeReader(pipe, out)); lines.Scan(); {
		if want.MatchString(lines.Text()) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return lines.Text(), nil
		}
	}
	if err := cmd.Wait(); err != nil {
		return "", err
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return "", fmt.Errorf("ended without a line that matches %s", until)
}
