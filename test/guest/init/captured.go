package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// buffer is a source; the timer paces it.
type buffer struct {
	Source    string `json:"source"`
	Device    string `json:"device"`
	Watermark int    `json:"watermark"`
	Length    int    `json:"length,omitempty"`
}

func (b buffer) config() iio.Config {
	return iio.Config{
		Source: b.Source, Device: b.Device, Watermark: b.Watermark, Length: b.Length, Rate: timerRate, Trigger: timerName,
	}
}

// order is one life of a source in the helper process: until so many samples have come, or its end. After a third of
// them the reader is held up once.
type order struct {
	Buffer  buffer        `json:"buffer"`
	Samples int           `json:"samples"`
	Hold    time.Duration `json:"hold,omitempty"`
}

// taken is one block as it came.
type taken struct {
	At      time.Duration `json:"at"`
	Period  time.Duration `json:"period"`
	Came    time.Duration `json:"came"`
	Discont bool          `json:"discont,omitempty"`
	Values  []float32     `json:"values"`
}

// told line by line: blocks, and at the end of a life how it ended.
type line struct {
	Block  *taken      `json:"block,omitempty"`
	End    bool        `json:"end,omitempty"`
	Health *hal.Health `json:"health,omitempty"` // while samples still came
	Error  string      `json:"error,omitempty"`
	Fix    string      `json:"fix,omitempty"` // of an absent device
	State  string      `json:"state,omitempty"`
	Names  []string    `json:"names,omitempty"`
}

// capturedHelper is the process of a user without rights: an order a line on its standard input. A source lives again and
// again, as under its supervisor.
func capturedHelper(_ []string, out io.Writer) error {
	say := json.NewEncoder(out)
	sources := map[buffer]*iio.Buffered{}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return err
		}
		if sources[o.Buffer] == nil {
			sources[o.Buffer] = iio.NewBuffered(o.Buffer.config())
		}
		if err := errors.Join(mayNotWrite(), oneLife(sources[o.Buffer], o, say)); err != nil {
			return err
		}
	}
	return nil
}

// mayNotWrite makes sure of what this process is for, of every device that is there now.
func mayNotWrite() error {
	all, err := filepath.Glob(iioDevices + "/iio:device*/buffer/enable")
	if err != nil {
		return err
	}
	for _, path := range all {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			return errors.Join(errors.New("this process may write in /sys"), f.Close())
		}
		if !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("want no permission: %w", err)
		}
	}
	return nil
}

func oneLife(src *iio.Buffered, o order, say *json.Encoder) error {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	n, held := 0, o.Hold == 0
	var wrong error
	end := line{End: true}
	err := src.Run(ctx, func(b hal.Block) {
		n += b.Samples()
		wrong = errors.Join(wrong, say.Encode(line{Block: &taken{b.At, b.Period, clock.System{}.Boot(), b.Discont, b.Values}}))
		h := src.Health()
		end.Health = &h
		if !held && n >= o.Samples/3 {
			held = true
			clock.Wait(ctx, o.Hold)
		}
		if n >= o.Samples && o.Samples > 0 {
			cancel()
		}
	})
	if o.Samples > 0 && n < o.Samples && err == nil {
		err = fmt.Errorf("%d samples came in 40 s", n)
	}
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		end.Fix = gone.Fix
	}
	if err != nil {
		end.Error, end.State = strings.TrimSpace(err.Error()), src.Health().State.String()
	}
	for _, c := range src.Channels() {
		end.Names = append(end.Names, c.Name)
	}
	return errors.Join(wrong, say.Encode(end))
}
