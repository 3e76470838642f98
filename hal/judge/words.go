package judge

import "fmt"

// words are the reasons that a channel can have, written once: a loud trouble has many samples.
type words struct{ number, below, above, stuck, clipped, flat string }

func (r Rule) words(name string) words {
	outside := fmt.Sprintf("%s is outside of %g to %g, which is all the chip can measure", name, r.Min, r.Max)
	w := words{
		number: name + " is not a number", below: outside, above: outside,
		stuck:   fmt.Sprintf("%s has not changed for longer than %s: the chip is stuck", name, r.Stuck),
		clipped: fmt.Sprintf("%s is clipped at %g: choose a wider range", name, r.Clip),
		flat:    fmt.Sprintf("%s varies by less than %g within %s: is the sensor connected?", name, r.Flat, r.FlatFor),
	}
	if r.Owner {
		w.below = fmt.Sprintf("%s is below %g, the least that is expected", name, r.Min)
		w.above = fmt.Sprintf("%s is above %g, the most that is expected", name, r.Max)
		w.stuck = fmt.Sprintf("%s has not changed for longer than %s, as it is expected to: is the sensor stuck?", name, r.Stuck)
		w.clipped = fmt.Sprintf("%s is clipped at %g, where the sensor is expected to end", name, r.Clip)
	}
	return w
}
