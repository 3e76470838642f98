package fleet

import (
	"fmt"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// problem says in one sentence what is wrong with a device; empty when nothing is.
func problem(d Device, now time.Time, streams []Stream) string {
	switch {
	case d.State == Lost:
		return "The connection broke without a goodbye: the agent, its power or its network is gone." + kept(d)
	case d.State == Disconnected:
		return "The agent was stopped in order and has not come back." + kept(d)
	case d.State == Unknown && d.Since.IsZero():
		return "It has sent records but never said its state."
	case d.State == Unknown:
		return "It was ready before this hub started and has not been heard from since."
	case d.Stale:
		return fmt.Sprintf("It says ready, yet nothing has arrived for %d minutes.", int(now.Sub(d.Seen).Minutes()))
	}
	if lost := missing(streams, wire.HubLost); lost > 0 {
		return fmt.Sprintf("The hub has lost %s that it had acknowledged: was its database restored?", records(lost))
	}
	return ""
}

// kept says what will come when the device does.
func kept(d Device) string {
	if d.Waiting == 0 {
		return ""
	}
	return fmt.Sprintf(" It keeps %s.", records(d.Waiting))
}

func records(n uint64) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

func missing(streams []Stream, cause wire.Cause) uint64 {
	var n uint64
	for _, s := range streams {
		for _, g := range s.Gaps {
			if g.Cause == cause.String() {
				n += g.Count
			}
		}
	}
	return n
}

// sentence says how the fleet is, in one sentence.
func sentence(o Overview) string {
	n := len(o.Devices)
	switch {
	case n == 0:
		return "No device has reported yet."
	case o.Trouble == 0 && n == 1:
		return "The one device is well."
	case o.Trouble == 0:
		return fmt.Sprintf("All %d devices are well.", n)
	}
	who := fmt.Sprintf("%d of %d devices need", o.Trouble, n)
	switch {
	case n == 1:
		who = "The one device needs"
	case o.Trouble == 1:
		who = fmt.Sprintf("1 of %d devices needs", n)
	}
	if why := reasons(o); why != "" {
		return who + " a look: " + why + "."
	}
	return who + " a look."
}

// reasons counts the troubled devices by state, and those that are troubled while they are there.
func reasons(o Overview) string {
	counts := map[State]int{}
	for _, d := range o.Devices {
		if d.Problem != "" {
			counts[d.State]++
		}
	}
	var parts []string
	for _, s := range States() {
		if n := counts[s]; n > 0 && s == Ready {
			parts = append(parts, fmt.Sprintf("%d ready but with trouble", n))
		} else if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}
