package pipeline

import "time"

// metrics reports how long the engine took since the last report; silence when it had nothing to do.
func (w *path) metrics() {
	w.lane.rotate()
	var now counts
	w.p.stats.latency.read(&now)
	recent := now
	recent.since(&w.seen)
	w.seen = now
	if recent.quantile(0.5) == 0 {
		return
	}
	w.lane.journal.gauge("invoke_p50_us", micros(recent.quantile(0.5)))
	w.lane.journal.gauge("invoke_p99_us", micros(recent.quantile(0.99)))
	w.lane.journal.gauge("invoke_max_us", micros(time.Duration(w.p.stats.latency.max.Load())))
	w.lane.journal.gauge("windows", float64(w.p.stats.windowsSoFar()))
}
