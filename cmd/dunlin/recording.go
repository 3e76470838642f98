package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// recording writes the samples of a source as hal/replay reads them.
//
// A source with a rate is written on a grid of that rate which follows the source's own times slowly: no step is less
// than 0.8 or more than 1.2 periods, as a replay wants it, and none of the source's drift is lost. Where the source
// has missed samples, at least two periods pass, so that the replay is discontinuous there too. The samples of a source
// without a rate have their own times, and a line where some are missing.
type recording struct {
	out    io.Writer
	period time.Duration // zero: no rate
	limit  time.Duration // of the samples' own time
	enough func()

	begun       bool
	first, last time.Duration // the source's times
	at          time.Duration // what was written last
	line        []byte
	samples     int
	over        bool
	err         error
}

// head writes what stands above the rows.
func (r *recording) head(what, label string, rate hal.Hertz, channels []hal.Channel) {
	var b strings.Builder
	if rate > 0 {
		fmt.Fprintf(&b, "# rate_hz: %s\n", strconv.FormatFloat(float64(rate), 'f', -1, 64))
	} else {
		b.WriteString("# rate_hz: none\n")
	}
	if label != "" {
		fmt.Fprintf(&b, "# label: %s\n", label)
	}
	fmt.Fprintf(&b, "# origin: dunlin sources record, %s\n", strings.Map(plain, what))
	fmt.Fprintf(&b, "t[s],%s\n", strings.Join(channelWords(channels), ","))
	_, r.err = io.WriteString(r.out, b.String())
}

func (r *recording) block(b hal.Block) {
	for i := 0; i < b.Samples() && !r.over && r.err == nil; i++ {
		r.sample(b.At+time.Duration(i)*b.Period, b.Discont && i == 0, b.Values[i*b.Channels:(i+1)*b.Channels])
	}
	if r.err != nil && !r.over {
		r.end()
	}
}

func (r *recording) sample(at time.Duration, gap bool, values []float32) {
	if !r.begun {
		r.begun, r.first, r.at = true, at, 0
	} else {
		r.at = r.next(at-r.first, gap)
	}
	if at-r.first >= r.limit {
		r.end()
		return
	}
	r.last, r.line = at, r.line[:0]
	if gap && r.period == 0 && r.samples > 0 {
		r.line = append(r.line, "# gap\n"...)
	}
	r.line = strconv.AppendFloat(r.line, r.at.Seconds(), 'f', 6, 64)
	r.line = append(appendValues(r.line, values), '\n')
	_, r.err = r.out.Write(r.line)
	r.samples++
}

// next is the time to write for a sample that the source has taken at a time since the first.
func (r *recording) next(at time.Duration, gap bool) time.Duration {
	if r.period == 0 {
		return max(at, r.at+time.Microsecond)
	}
	if gap {
		return max(at, r.at+2*r.period)
	}
	due := r.at + r.period
	slack := r.period / 5
	return due + min(max((at-due)/10, -slack), slack)
}

func (r *recording) end() {
	r.over = true
	r.enough()
}

// rate is how fast samples came, by their own times.
func (r *recording) rate() float64 {
	if r.samples < 2 || r.last == r.first {
		return 0
	}
	return float64(r.samples-1) / (r.last - r.first).Seconds()
}
