package main

import (
	"os"
	"strings"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/process"
	"github.com/dunlin-iot/dunlin/hal/replay"
)

// newSource is the list of drivers.
func newSource(c config.SourceConfig, d deps) hal.Source {
	switch {
	case c.Replay != nil:
		return replay.New(replay.Config{
			File: c.Replay.File, Speed: c.Replay.Speed, Loop: c.Replay.Loop, Clock: d.clock,
			OnRecording: func(r replay.Recording) {
				if d.onRecording != nil {
					d.onRecording(c.Name, r)
				}
			},
		})
	case c.Process != nil:
		return process.New(process.Config{
			Command: c.Process.Command, Channels: c.Process.Channels, Rate: c.Process.Rate, Clock: d.clock, Logger: d.log,
		})
	}
	panic("source " + c.Name + " has no driver") // agent/config lets none through
}

// lossless sources wait for slow pipelines: only a replay that is as fast as possible, which has no time to keep.
func lossless(c config.SourceConfig) bool { return c.Replay != nil && c.Replay.Speed == 0 }

// rateOf is what the configuration says of a source's rate; a recording says it itself, and may be played faster.
func rateOf(c config.SourceConfig) hal.Hertz {
	if c.Process != nil {
		return c.Process.Rate
	}
	rate, err := recordingRate(c.Replay.File)
	if err != nil {
		return 0 // the replay itself will say what is wrong
	}
	return rate
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

func driverOf(c config.SourceConfig) string {
	if c.Replay != nil {
		return "replay"
	}
	return "process"
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
