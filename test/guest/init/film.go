package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	agentUser  = 990 // as the package would make them
	agentGroup = 991
)

// film is what one life of a captured device gave.
type film struct {
	blocks []taken
	end    line
	times  []time.Duration // of all samples
}

// column is the values of one channel.
func (f film) column(name string) (list []float64) {
	at := -1
	for i, n := range f.end.Names {
		if n == name {
			at = i
		}
	}
	for _, b := range f.blocks {
		for i := at; at >= 0 && i < len(b.Values); i += len(f.end.Names) {
			list = append(list, float64(b.Values[i]))
		}
	}
	return list
}

// recorder is a process without rights that captures devices.
type recorder struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	talk  bytes.Buffer
}

// newRecorder starts a helper as the agent's user.
func newRecorder() (r *recorder, err error) {
	r = &recorder{cmd: exec.Command("/proc/self/exe", "captured")}
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: agentUser, Gid: agentGroup}}
	r.cmd.Stderr = &r.talk
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.lines = bufio.NewScanner(out)
	return r, r.cmd.Start()
}

// life has the source run once. Each block is shown as it comes.
func (r *recorder) life(o order, show func(samples int)) (f film, err error) {
	if err := json.NewEncoder(r.in).Encode(o); err != nil {
		return f, err
	}
	for r.lines.Scan() {
		var l line
		if err := json.Unmarshal(r.lines.Bytes(), &l); err != nil {
			return f, err
		}
		if l.End {
			f.end = l
			for _, b := range f.blocks {
				for i := range len(b.Values) / len(l.Names) {
					f.times = append(f.times, b.At+time.Duration(i)*b.Period)
				}
			}
			return f, nil
		}
		f.blocks = append(f.blocks, *l.Block)
		if show != nil {
			show(len(f.blocks))
		}
	}
	return f, fmt.Errorf("the capturing process ended: %w: %s", r.close(), r.talk.String())
}

func (r *recorder) close() error { return errors.Join(r.in.Close(), r.cmd.Wait()) }

// steady holds a film to the pace of its trigger: times that go forward, one period apart within a hundredth, and come
// before their arrival; a reader that is woken at the watermark and held up for no longer than o says; lost samples that
// are counted, each.
func (f film) steady(o order) error {
	const period = time.Second / timerRate
	n, width, watermark := len(f.times), len(f.end.Names), o.Buffer.Watermark
	if f.end.Error != "" || f.end.Health == nil || n < 2 || !f.blocks[0].Discont {
		return fmt.Errorf("the capture ended or did not begin as one: %+v", f.end)
	}
	var errs []error
	for i := 1; i < n; i++ {
		if f.times[i] <= f.times[i-1] {
			errs = append(errs, fmt.Errorf("sample %d at %v is not after the one before it at %v", i, f.times[i], f.times[i-1]))
		}
	}
	for i, b := range f.blocks {
		samples := len(b.Values) / width
		last := b.At + time.Duration(samples-1)*b.Period
		if old := b.Came - b.At; last > b.Came || old > time.Duration(2*watermark)*period+o.Hold {
			errs = append(errs, fmt.Errorf("a block from %v to %v came at %v", b.At, last, b.Came))
		}
		if off := b.Period - period; samples > 1 && max(off, -off) > period/100 {
			errs = append(errs, fmt.Errorf("samples of a block are %v apart, the timer makes %v", b.Period, period))
		}
		if i > 0 && samples < watermark && !(i+1 < len(f.blocks) && f.blocks[i+1].Discont) {
			errs = append(errs, fmt.Errorf("a block has %d samples: the kernel did not wait for %d", samples, watermark))
		}
	}
	if lost := f.missing(); uint64(lost) != f.end.Health.Dropped || f.end.Health.Skipped > 0 {
		errs = append(errs, fmt.Errorf("%d samples are missing between the times, %d are counted as dropped, %d as skipped", lost, f.end.Health.Dropped, f.end.Health.Skipped))
	}
	return errors.Join(errs...)
}

// missing is how many samples of the timer are not there between the first and the last.
func (f film) missing() int {
	n := len(f.times)
	return int(math.Round(float64(f.times[n-1]-f.times[0])*timerRate/float64(time.Second))) + 1 - n
}

// pacedFacts is what the host logs of a film.
type pacedFacts struct {
	Samples int     `json:"samples"`
	Blocks  int     `json:"blocks"`
	Rate    float64 `json:"rate_hz"` // as measured
	Jitter  string  `json:"jitter"`
	Dropped uint64  `json:"dropped"`
	Gaps    uint64  `json:"gaps"`
}

func (f film) facts() pacedFacts {
	p := pacedFacts{Samples: len(f.times), Blocks: len(f.blocks)}
	if h := f.end.Health; h != nil {
		p.Rate, p.Jitter, p.Dropped, p.Gaps = float64(h.Rate), h.Jitter.String(), h.Dropped, h.Gaps
	}
	return p
}

// film is one life of a source, held to the pace of its trigger.
func (r *recorder) film(o order) (f film, err error) {
	if f, err = r.life(o, nil); err != nil {
		return f, err
	}
	return f, f.steady(o)
}

// setUp is what a technician does, once: the group, the configuration, `dunlin sources setup`.
func setUp(ctx context.Context, config string, sources ...string) error {
	const file = "/tmp/capture.yaml"
	err := errors.Join(
		os.MkdirAll(rulesFolder, 0o755), os.MkdirAll("/etc", 0o755),
		os.WriteFile("/etc/group", fmt.Appendf(nil, "root:x:0:\ndunlin:x:%d:\n", agentGroup), 0o644),
		os.WriteFile(file, []byte(config), 0o644))
	if err != nil {
		return err
	}
	for _, s := range sources {
		if text, err := exec.CommandContext(ctx, "/bin/dunlin", "sources", "setup", s, "-c", file).CombinedOutput(); err != nil {
			return fmt.Errorf("dunlin sources setup %s: %w: %s", s, err, text)
		}
	}
	return nil
}
