package main

import (
	"os"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/hal/process"
	"github.com/dunlin-iot/dunlin/hal/replay"
)

// driver makes the sources of one kind.
type driver struct {
	name string // as the configuration says
	make func(h *hardware, c config.SourceConfig) hal.Source
	rate func(c config.SourceConfig) hal.Hertz // by the configuration; zero when it does not say
}

// drivers is the list of drivers: what is left out here is not linked.
func drivers() []driver {
	return slices.Concat([]driver{
		{"replay", newReplay, replayRate},
		{"process", newProcess, func(c config.SourceConfig) hal.Hertz { return c.Process.Rate }},
	}, chips(), motion(), kernel(), others())
}

func driverOf(c config.SourceConfig) driver {
	all := drivers()
	i := slices.IndexFunc(all, func(d driver) bool { return d.name == c.Driver })
	if i < 0 {
		panic("source " + c.Name + " has no driver") // agent/config lets none through, and a test compares the lists
	}
	return all[i]
}

// rateOf is what the configuration says of a source's rate.
func rateOf(cfg *config.Config, name string) hal.Hertz {
	for _, c := range cfg.Sources {
		if c.Name == name {
			return driverOf(c).rate(c)
		}
	}
	return 0
}

func newReplay(h *hardware, c config.SourceConfig) hal.Source {
	return replay.New(replay.Config{
		File: c.Replay.File, Speed: c.Replay.Speed, Loop: c.Replay.Loop, Clock: h.clock,
		OnRecording: func(r replay.Recording) {
			if h.onRecording != nil {
				h.onRecording(c.Name, r)
			}
		},
	})
}

// replayRate is what the first recording says of itself; it may be played faster.
func replayRate(c config.SourceConfig) hal.Hertz {
	rate, err := recordingRate(c.Replay.File)
	if err != nil {
		return 0 // the replay itself will say what is wrong
	}
	return rate
}

// lossless sources wait for slow pipelines: only a replay that is as fast as possible, which has no time to keep.
func lossless(c config.SourceConfig) bool { return c.Replay != nil && c.Replay.Speed == 0 }

func newProcess(h *hardware, c config.SourceConfig) hal.Source {
	p := process.Config{Command: c.Process.Command, Channels: c.Process.Channels, Rate: c.Process.Rate, SilentAfter: c.Process.SilentAfter, Clock: h.clock, Logger: h.log}
	if f := c.Process.Frames; f != nil {
		p.Frames = &picture.Config{Frame: picture.Frame{Format: pixels(string(f.Format)), Width: f.Width, Height: f.Height}, Picture: f.Picture, Crop: f.Crop}
	}
	return process.New(p)
}

// recordingRate is what the first recording says of itself.
func recordingRate(path string) (hal.Hertz, error) {
	files, err := csvFiles(path)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	f, err := os.Open(files[0])
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := replay.NewReader(files[0], f)
	if err != nil {
		return 0, err
	}
	return r.Header().Rate, nil
}

func channelText(all []hal.Channel) string { return strings.Join(channelWords(all), " ") }

// channelWords writes channels as the header of a recording does.
func channelWords(all []hal.Channel) []string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = c.Name + "[" + c.Unit + "]"
	}
	return words
}
