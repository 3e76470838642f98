package probe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Wish is what a pipeline asks for. Engine, Version, Model, OnCPU and Find are required.
type Wish struct {
	Engine    string
	Version   string
	Model     []byte
	Vectors   []Vector
	Tolerance int
	Options   engine.Options                           // Delegates is the preference
	OnCPU     func(word string) bool                   // which words need no proof
	Find      func(word string) (engine.Plugin, error) // what a word means; the error is an *engine.Fault
}

// equal is how much slower than the CPU an accelerator may be and still win, because it leaves the CPU to others.
const equal = 1.1

// Choose proves the delegates of a wish that do not run on the CPU, and returns the options to load the model with: the
// winner, then the CPU words of the preference; without any, the engine's usual way follows. The walks are of those that
// were proved; those that lost have a reason.
func (p *Prober) Choose(ctx context.Context, w Wish) (engine.Options, []engine.Walk, error) {
	opts := w.Options
	words, cpu := split(w)
	opts.Plugins = nil
	var walks []engine.Walk
	for _, word := range words {
		plugin, err := w.Find(word)
		if err != nil {
			walks = append(walks, fault(word, err))
			continue
		}
		walk, err := p.Run(ctx, Request{
			Engine: w.Engine, Version: w.Version, Plugin: plugin, CPU: cpu, Threads: w.Options.Threads,
			Model: w.Model, Vectors: w.Vectors, Tolerance: w.Tolerance,
		})
		if err != nil {
			return opts, walks, err
		}
		walks = append(walks, walk)
		if walk.Reason != "" {
			continue
		}
		opts.Plugins = append(opts.Plugins, plugin)
		if w.Options.AsListed {
			break
		}
	}
	opts.Delegates, opts.Tried = cpu, walks
	if best := pick(walks, w.Options.AsListed); best >= 0 {
		opts.Delegates = append([]string{walks[best].Delegate}, cpu...)
	}
	return opts, walks, nil
}

// split parts the preference in words to prove and words of the CPU. In a preference that counts as it is listed,
// nothing behind the first word of the CPU can win.
func split(w Wish) (words, cpu []string) {
	for _, word := range w.Options.Delegates {
		switch {
		case w.OnCPU(word):
			cpu = append(cpu, word)
		case (len(cpu) == 0 || !w.Options.AsListed) && !slices.Contains(words, word):
			words = append(words, word)
		}
	}
	return words, cpu
}

func fault(word string, err error) engine.Walk {
	w := engine.Walk{Delegate: word, Stage: engine.Requested, Reason: engine.ReasonProbe, Text: err.Error()}
	if f, ok := err.(*engine.Fault); ok {
		w.Reason, w.Text = f.Reason, f.Text
	}
	return w
}

// pick is the winner's place, or -1 for the CPU. Verified delegates that lose get their reason.
func pick(walks []engine.Walk, asListed bool) int {
	best := -1
	for i, w := range walks {
		if w.Reason != "" {
			continue
		}
		p := w.Parity
		if !asListed && p.CPU > 0 && float64(p.Latency) > equal*float64(p.CPU) {
			lose(&walks[i], "the CPU", p.CPU)
			continue
		}
		switch {
		case best < 0:
			best = i
		case p.Latency < walks[best].Parity.Latency:
			lose(&walks[best], w.Delegate, p.Latency)
			best = i
		default:
			lose(&walks[i], walks[best].Delegate, walks[best].Parity.Latency)
		}
	}
	return best
}

func lose(w *engine.Walk, to string, time time.Duration) {
	w.Reason = engine.ReasonSlower
	w.Text = fmt.Sprintf("%s takes %s for an inference, this takes %s", to, engine.Brief(time), engine.Brief(w.Parity.Latency))
}
