package web

import "github.com/dunlin-iot/dunlin/hub/fleet"

// bar is a stream's completeness in thousandths of its width.
type bar struct{ Delivered, Missing, WaitingAt, Waiting int }

const (
	barWidth = 1000
	barLeast = 6 // what is not nothing can be seen
)

// newBar shares the width out: first to what is missing and what waits, at least a sliver each, then to the rest.
func newBar(s fleet.Stream) bar {
	total := s.Delivered + s.Missing() + s.Waiting
	part := func(n uint64) int {
		if n == 0 {
			return 0
		}
		return max(barLeast, int(float64(n)/float64(total)*barWidth))
	}
	b := bar{Missing: part(s.Missing()), Waiting: part(s.Waiting)}
	if s.Delivered == 0 {
		b.Missing = min(b.Missing, barWidth-b.Waiting)
	} else {
		b.Missing = min(b.Missing, barWidth-barLeast-min(b.Waiting, barWidth-2*barLeast))
		b.Waiting = min(b.Waiting, barWidth-barLeast-b.Missing)
		b.Delivered = barWidth - b.Missing - b.Waiting
	}
	b.WaitingAt = b.Delivered + b.Missing
	return b
}
