package ingest_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestModel is the model check of the wire's rules: random schedules through the real spool and the real ingest. More
// of them: go test ./hub/ingest -run TestModel -rapid.checks=5000. A failure prints the seed that repeats it.
func TestModel(t *testing.T) {
	plain := []string{"rest", "append", "append", "append", "append", "append", "append", "commit", "commit", "commit",
		"crash", "restart", "fill", "refuse", "count", "damage",
		"publish", "publish", "publish", "publish", "ahead", "ahead", "deliver", "deliver", "deliver", "deliver", "deliver",
		"ack", "ack", "ack", "ack", "lose ack", "lose batch"}
	rewind := []string{"snap", "rewind", "clone"}
	restore := []string{"hub backup", "hub restore"}
	always := []string{"evicted", "refused", "epoch_lost"}
	for _, kind := range []struct {
		name string
		ops  []string
		must []string // what must have happened in some schedule, or the check proves nothing
	}{
		{"plain", plain, always},
		{"rewind", slices.Concat(plain, rewind), append(always, "rewind", "twice")},
		{"hub restore", slices.Concat(plain, restore), append(always, "hub_lost")},
		{"everything", slices.Concat(plain, rewind, restore), append(always, "rewind", "twice", "hub_lost")},
	} {
		t.Run(kind.name, func(t *testing.T) {
			met := map[string]uint64{}
			rapid.Check(t, func(t *rapid.T) {
				runSchedule(t, rapid.SliceOfN(rapid.SampledFrom(kind.ops), 50, 150).Draw(t, "schedule"), met)
			})
			t.Logf("%d schedules met %v", met["schedules"], met)
			for _, m := range kind.must {
				if met[m] == 0 && met["schedules"] >= 100 {
					t.Errorf("no schedule of %d met %s", met["schedules"], m)
				}
			}
		})
	}
}

// runSchedule takes the steps, then lets everything drain, checks what came of it, and notes what it met.
func runSchedule(t *rapid.T, steps []string, met map[string]uint64) {
	w := newWorld(t, func(n int, what string) int { return rapid.IntRange(0, n-1).Draw(t, what) })
	defer w.close()
	for _, s := range steps {
		w.step(s)
	}
	w.drain()
	w.check(met)
}

func (w *world) step(op string) {
	switch op {
	case "rest":
	case "append":
		w.box().append(streams()[w.index(3, "stream")], 10)
	case "fill": // enough of these and the file is full: eviction
		w.box().fill()
	case "count":
		w.box().spool.Count("source/model", "lost", 1)
	case "commit":
		w.box().commit()
	case "crash":
		b := w.box()
		b.become(b.dir)
	case "restart":
		w.box().restart()
	case "damage":
		if w.seldom() {
			w.box().damage()
		}
	case "refuse":
		w.box().refuse(streams()[w.index(3, "stream")])
	case "snap", "rewind", "clone":
		w.turnBack(op)
	case "hub backup", "hub restore":
		w.turnHubBack(op)
	default:
		w.link(op)
	}
}

// turnBack makes the device's disk lie.
func (w *world) turnBack(op string) {
	switch b := w.box(); {
	case op == "snap":
		b.snap()
	case op == "rewind" && b.image != nil:
		b.rewind()
	case op == "clone" && len(w.boxes) == 1:
		w.boxes = append(w.boxes, b.clone())
	}
}

func (w *world) turnHubBack(op string) {
	switch {
	case op == "hub backup":
		w.hub.save()
	case w.hub.backup != "":
		w.restored = true
		w.hub.restore()
	}
}

// link moves batches and acknowledgements, in any order, twice, or not at all.
func (w *world) link(op string) {
	switch {
	case op == "publish" || op == "ahead":
		st := streams()[w.index(3, "stream")]
		w.box().publish(st, op == "ahead", w.index(6, "records")+1)
	case op == "deliver" && len(w.bag) > 0:
		w.deliver(w.index(min(3, len(w.bag)), "group") + 1)
	case op == "lose batch" && len(w.bag) > 0:
		i := w.index(len(w.bag), "batch")
		w.bag = slices.Delete(w.bag, i, i+1)
	case op == "lose ack" && len(w.answers) > 0:
		i := w.index(len(w.answers), "ack")
		w.answers = slices.Delete(w.answers, i, i+1)
	case op == "ack" && len(w.answers) > 0:
		i := w.index(len(w.answers), "ack")
		w.box().take(w.answers[i])
		if !w.seldom() { // otherwise it comes once more
			w.answers = slices.Delete(w.answers, i, i+1)
		}
	}
}

// seldom is true one time in five.
func (w *world) seldom() bool { return w.index(5, "seldom") == 4 }

// deliver gives one worker a group of batches from anywhere in the bag.
func (w *world) deliver(n int) {
	var group []message
	for range min(n, len(w.bag)) {
		i := w.index(len(w.bag), "batch")
		group = append(group, w.bag[i])
		if !w.seldom() {
			w.bag = slices.Delete(w.bag, i, i+1)
		}
		if len(w.bag) == 0 {
			break
		}
	}
	w.answers = append(w.answers, w.hub.commit(w.index(2, "worker"), group)...)
}
