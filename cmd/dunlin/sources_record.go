package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/hal/traffic"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

type recordFlags struct {
	config, out, label, traffic string
	length                      time.Duration
}

var labelRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$`)

func (a *app) sourcesRecordCommand() *cobra.Command {
	var f recordFlags
	c := a.command(&cobra.Command{
		Use: "record SOURCE", Short: "Write the samples of a source to a file that the driver replay plays", Args: cobra.ExactArgs(1),
		Long: "Record one source of the configuration as CSV with units and times. The file gets its name when it is whole, and has\n" +
			"been played once by then. With --traffic the transfers between driver and chip are written too, one on a line, for\n" +
			"tests of the driver. Stop the daemon first if it reads the same source. Ctrl-C ends early and keeps what there is.",
	})
	a.configFlag(c, &f.config)
	c.Flags().StringVarP(&f.out, "output", "o", "", "recording to write, a CSV `file`")
	c.Flags().DurationVar(&f.length, "for", 10*time.Second, "how long, counted from the first sample")
	c.Flags().StringVar(&f.label, "label", "", "what the recording shows, for training: walking")
	c.Flags().StringVar(&f.traffic, "traffic", "", "`file` for the transfers on the bus of a chip")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := f.check(); err != nil {
			return withCode(exitUsage, err)
		}
		return a.record(c.Context(), args[0], f)
	}
	return c
}

func (f recordFlags) check() error {
	switch {
	case f.out == "":
		return errors.New("name the recording with -o FILE")
	case f.length <= 0:
		return fmt.Errorf("--for %s is no length", f.length)
	case f.label != "" && !labelRE.MatchString(f.label):
		return fmt.Errorf("label %q: use 1 to 64 letters, digits, blanks and _.-", f.label)
	}
	return nil
}

// record opens a source and keeps its samples.
func (a *app) record(ctx context.Context, name string, f recordFlags) error {
	c, h, err := a.openSource(f.config, name)
	if err != nil {
		return err
	}
	return a.recordOn(ctx, h, c, f)
}

func (a *app) recordOn(ctx context.Context, h *hardware, c config.SourceConfig, f recordFlags) error {
	name := c.Name
	for _, path := range []string{f.out, f.traffic} {
		if _, err := os.Lstat(path); path != "" && err == nil {
			return withCode(exitRefused, fmt.Errorf("write %q: it exists and is not overwritten; name another file: %w", path, fs.ErrExist))
		}
	}
	if _, chip := c.Place(); f.traffic != "" && !chip {
		return withCode(exitUsage, fmt.Errorf("source %s is no chip on an I2C or SPI bus: traffic is written of those only", name))
	}
	files, err := f.create(h, name)
	if err != nil {
		return err
	}
	rate := driverOf(c).rate(c)
	if c.Replay != nil && c.Replay.Speed > 0 {
		rate *= hal.Hertz(c.Replay.Speed)
	}
	r := &recording{out: files.samples, period: rate.Period(), limit: f.length}
	src := h.source(c)
	err = h.advised(ctx, c, recordFrom(ctx, src, r, f.label, rate))
	h.close()
	if r.samples == 0 {
		return errors.Join(err, a.keepTraffic(files, f))
	}
	if keepErr := files.keep(); keepErr != nil {
		return errors.Join(err, keepErr)
	}
	a.sayRecorded(name, src, r, f, files)
	return errors.Join(err, a.checkReplays(ctx, r, f))
}

// recordFiles are what a record command writes.
type recordFiles struct {
	samples   *atomicfile.File
	traffic   *atomicfile.File // nil: not asked for
	tap       *traffic.Recorder
	transfers int
}

func (f recordFlags) create(h *hardware, name string) (*recordFiles, error) {
	samples, err := atomicfile.Create(f.out, 0o644)
	if err != nil {
		return nil, err
	}
	files := &recordFiles{samples: samples}
	if f.traffic == "" {
		return files, nil
	}
	if files.traffic, err = atomicfile.Create(f.traffic, 0o644); err != nil {
		return nil, errors.Join(err, samples.Discard())
	}
	files.tap = traffic.NewRecorder(files.traffic, name, h.clock.Boot)
	h.tap = files.tap
	return files, nil
}

func (f *recordFiles) keep() (err error) {
	if f.traffic != nil {
		if f.transfers, err = f.tap.Close(); err == nil {
			err = f.traffic.Commit()
		}
	}
	return errors.Join(err, f.samples.Commit())
}

// keepTraffic lets go of a recording without samples. What went over the bus meanwhile tells why there are none.
func (a *app) keepTraffic(files *recordFiles, f recordFlags) error {
	err := files.samples.Discard()
	if files.traffic == nil {
		return err
	}
	n, closeErr := files.tap.Close()
	if err = errors.Join(err, closeErr); err != nil || n == 0 {
		return errors.Join(err, files.traffic.Discard())
	}
	if err := files.traffic.Commit(); err != nil {
		return err
	}
	a.say("wrote %s: transfers %d, and no sample came of them", f.traffic, n)
	return nil
}

// patience is how much longer than asked for a source may take to open and to come to its first sample.
const patience = 10 * time.Second

// recordFrom runs the source until there is enough.
func recordFrom(ctx context.Context, src hal.Source, r *recording, label string, rate hal.Hertz) error {
	if p := pictureOf(src); p != (hal.Picture{}) {
		return withCode(exitUsage, fmt.Errorf("%s gives pictures of %v: they are not written as CSV", src, p))
	}
	longest := r.limit + patience + rate.Period() // slow ones have their first sample when their first period is over
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	r.enough = cancel
	headed := false
	err := src.Run(ctx, func(b hal.Block) {
		if !headed { // some sources know their channels when they have been opened
			headed = true
			r.head(src.String(), label, rate, channelsOf(src))
		}
		r.block(b)
	})
	switch {
	case r.err != nil:
		return fmt.Errorf("write recording: %w", r.err)
	case errors.Is(err, hal.End):
		return nil
	case err == nil && r.samples == 0:
		return withCode(exitAbsent, fmt.Errorf("%s gave no sample within %s", src, longest))
	}
	return err
}

func (a *app) sayRecorded(name string, src hal.Source, r *recording, f recordFlags, files *recordFiles) {
	a.say("wrote %s: samples %d, channels %d, %.1f s, measured %s", f.out, r.samples, len(channelsOf(src)), (r.last - r.first).Seconds(), rateText(r.rate()))
	if h, ok := src.(hal.Healther); ok {
		if is := h.Health(); is.Gaps+is.Skipped+is.Dropped > 0 {
			a.say("not all is in it: gaps %d, skipped %d, dropped %d", is.Gaps, is.Skipped, is.Dropped)
		}
	}
	if files.traffic != nil {
		a.say("wrote %s: transfers %d", f.traffic, files.transfers)
	}
	a.say("next: sources: {%s: {driver: replay, file: %s}}", name, f.out)
}

// checkReplays plays what was written, as the driver replay will.
func (a *app) checkReplays(ctx context.Context, r *recording, f recordFlags) error {
	if ctx.Err() != nil {
		return nil
	}
	played := 0
	err := replay.New(replay.Config{File: f.out}).Run(ctx, func(b hal.Block) { played += b.Samples() })
	if err != nil && !errors.Is(err, hal.End) {
		return fmt.Errorf("play %s: %w", f.out, err)
	}
	if played != r.samples && ctx.Err() == nil {
		return fmt.Errorf("play %s: %d samples, not the %d that were recorded", f.out, played, r.samples)
	}
	return nil
}
