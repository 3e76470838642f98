package faults_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

const (
	kills   = 50
	outages = 10
)

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("DUNLIN_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("DUNLIN_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("DUNLIN_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}

// between waits for a random moment: the moment is the point, nothing is waited for.
func between(r *rand.Rand, low, high time.Duration) {
	<-time.After(low + rand.N(high-low+time.Duration(r.Int64N(2))))
}

// TestKilledAgentAndStoppedBroker: 50 times kill -9 at random, while the broker stops and starts 10 times.
func TestKilledAgentAndStoppedBroker(t *testing.T) {
	r := seeded(t)
	h := newHub(t)
	a := newAgent(t, h.addr)
	acc := &account{t: t, committed: map[place]string{}}
	down := false
	for i := range kills {
		if i%(kills/outages/2) == 0 {
			if down = !down; down {
				h.stopBroker()
			} else {
				h.startBroker()
			}
		}
		a.start()
		between(r, 100*time.Millisecond, 600*time.Millisecond)
		a.kill()
		acc.killed(a.spool())
	}
	if down {
		h.startBroker()
	}
	drain(t, a, acc, h.addr)
	acc.settle(h.db)
	verify(t, h.db)
	acc.uncleanStops(h.db)
}

// TestKilledHub: the real hub is killed 20 times while the agent goes on, with its own death now and then.
func TestKilledHub(t *testing.T) {
	r := seeded(t)
	p := newHubProcess(t)
	p.start()
	a := newAgent(t, p.mqtt)
	acc := &account{t: t, committed: map[place]string{}}
	a.start()
	for i := range 20 {
		between(r, 200*time.Millisecond, 900*time.Millisecond)
		p.kill()
		if i%4 == 3 {
			a.kill()
			acc.killed(a.spool())
			a.start()
		}
		between(r, 10*time.Millisecond, 200*time.Millisecond)
		p.start()
	}
	a.stop()
	drain(t, a, acc, p.mqtt)
	p.stop()
	acc.settle(p.db)
	verify(t, p.db)
	acc.uncleanStops(p.db)
}

// drain lets the agent send what is left, with the pipeline off, and stops it cleanly.
func drain(t *testing.T, a *agent, acc *account, broker string) {
	t.Helper()
	a.configure(broker, false)
	a.start()
	until(t, time.Minute, "the agent reports nothing waiting", func() bool { return a.waiting() == 0 })
	a.stop()
	if n := acc.look(a.spool()); n > 3*5 { // counters and gauges of the last second; the hub has all else
		t.Errorf("%d records are left in the spool after it was drained", n)
	}
}
