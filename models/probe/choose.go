package probe

import (
	"context"
	"errors"
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
	Stacks    bool                                     // the engine gives what a delegate leaves to those listed behind it
	OnCPU     func(word string) bool                   // which words need no proof
	Find      func(word string) (engine.Plugin, error) // what a word means; the error is an *engine.Fault
}

// equal is how much slower than the CPU an accelerator may be and still win, because it leaves the CPU to others.
const equal = 1.1

// Choose proves the delegates of a wish that do not run on the CPU, and returns the options to load the model with: the
// winner, then the CPU words of the preference; without any, the engine's usual way follows. The walks are of those that
// were proved; those that lost have a reason. In an engine that stacks delegates the proved ones behind the winner stay
// behind it; the last one is proved first, so that what is proved is what will run.
func (p *Prober) Choose(ctx context.Context, w Wish) (engine.Options, []engine.Walk, error) {
	words, cpu := split(w)
	if w.Stacks {
		slices.Reverse(words)
	}
	c := choice{opts: w.Options, cpu: cpu}
	c.opts.Plugins = nil
	for _, word := range words {
		sound, err := p.try(ctx, w, &c, word)
		if err != nil {
			return w.Options, c.walks, err
		}
		if sound && w.Options.AsListed && !w.Stacks {
			break
		}
	}
	if w.Stacks {
		slices.Reverse(c.walks)
	}
	best := pick(c.walks, w.Options.AsListed)
	c.opts.Delegates, c.opts.Tried = cpu, c.walks
	if best >= 0 {
		behind := c.behind[c.walks[best].Delegate]
		c.opts.Delegates = slices.Concat([]string{c.walks[best].Delegate}, behind, cpu)
		for i := range c.walks { // slower alone, and welcome for what the winner leaves
			if slices.Contains(behind, c.walks[i].Delegate) {
				c.walks[i].Reason, c.walks[i].Text = "", ""
			}
		}
	}
	return c.opts, c.walks, nil
}

// choice is what was found until now.
type choice struct {
	opts   engine.Options
	cpu    []string
	walks  []engine.Walk
	sound  []string            // words, the latest first
	behind map[string][]string // what a word was proved with
}

// try proves one word.
func (p *Prober) try(ctx context.Context, w Wish, c *choice, word string) (sound bool, err error) {
	plugin, err := w.Find(word)
	if err != nil {
		c.walks = append(c.walks, fault(word, err))
		return false, nil
	}
	r := Request{
		Engine: w.Engine, Version: w.Version, Plugin: plugin, CPU: c.cpu, Threads: w.Options.Threads,
		Model: w.Model, Vectors: w.Vectors, Tolerance: w.Tolerance,
	}
	if w.Stacks {
		r.Behind = slices.Clone(c.sound)
	}
	walk, err := p.Run(ctx, r)
	if err != nil {
		return false, err
	}
	c.walks = append(c.walks, walk)
	if walk.Reason != "" {
		return false, nil
	}
	if c.behind == nil {
		c.behind = map[string][]string{}
	}
	c.behind[word] = r.Behind
	c.sound = append([]string{word}, c.sound...)
	c.opts.Plugins = append(c.opts.Plugins, plugin)
	return true, nil
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
	if f := (*engine.Fault)(nil); errors.As(err, &f) {
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
		case best < 0 && asListed:
			return i
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
