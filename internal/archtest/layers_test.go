package archtest_test

import (
	"slices"
	"strings"
	"testing"
)

// vocabulary is row 1: words that row 3 shares across families. Everything else below a family folder is concrete.
var vocabulary = []string{
	"hal", "hal/judge", "hal/lines", "hal/poll", "hal/pace", "hal/fifo", "hal/registers", "hal/picture", "models/manifest", "models/engine", "models/window", "models/steps", "models/drift", "models/explain",
	"sync/wire", "sync/twin", "firmware/trust",
}

// ranks order packages inside the agent and the hub: a package imports only lower ranks of its own family.
var ranks = map[string]int{
	"agent": 1, "agent/config": 1, "agent/observe": 2, "agent/pipeline": 3,
	"agent/control": 4, "agent/serve": 4, "agent/reconcile": 4,
	"hub/store": 1, "hub/broker": 2, "hub/brokertest": 3,
	"hub/ingest": 3, "hub/fleet": 3, "hub/release": 3, "hub/verify": 3,
	"hub/rollout": 4, "hub/watch": 4, "hub/cascade": 4, "hub/api": 5, "hub/web": 6,
}

// programs are row 4: they may import anything, and nobody imports them.
var programs = []string{"cmd", "cross", "bench", "test", "examples"}

func family(rel string) string {
	f, _, _ := strings.Cut(rel, "/")
	return f
}

func row(rel string) int {
	switch f := family(rel); {
	case slices.Contains(programs, f):
		return 4
	case f == "agent" || f == "hub":
		return 3
	case f == "internal":
		return 0
	case slices.Contains(vocabulary, rel):
		return 1
	default:
		return 2
	}
}

// TestLayers holds the table "who may import whom". Rows keep every package testable alone and the agent small:
// a driver that knew the hub, or a store that knew a driver, could never be left out of a build.
func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			if !ours(imp) {
				continue
			}
			if why := forbidden(p.rel(), rel(imp)); why != "" {
				t.Errorf("%s imports %s: %s", p.rel(), rel(imp), why)
			}
		}
	}
}

func forbidden(from, to string) string {
	if row(to) == 4 && family(from) != family(to) {
		return "nobody imports a program (row 4)"
	}
	switch row(from) {
	case 3:
		return forbiddenInRow3(from, to)
	case 2:
		if row(to) == 0 || row(to) == 1 && family(from) == family(to) || isI2C(to) && family(from) == "hal" || testOf(from, to) {
			return ""
		}
		return "row 2 imports row 1 of its own family and row 0 only: families never import each other"
	case 1:
		if row(to) == 0 || row(to) == 1 && family(from) == family(to) {
			return ""
		}
		return "row 1 is vocabulary: it imports row 1 of its own family and row 0 only"
	case 0:
		if row(to) != 0 {
			return "row 0 imports the standard library only"
		}
	}
	return ""
}

func isI2C(to string) bool { return to == "hal/i2cdev" || to == "hal/spidev" || to == "hal/periphbus" }

// testOf lets a <x>test package import the packages of its own family that it helps to test.
func testOf(from, to string) bool {
	return strings.HasSuffix(from, "test") && family(from) == family(to)
}

func forbiddenInRow3(from, to string) string {
	if row(to) <= 1 {
		return ""
	}
	if row(to) == 2 {
		return "concrete packages arrive in row 3 through wire.go of a program"
	}
	if family(from) != family(to) {
		return "agent and hub never import each other"
	}
	if from == "agent/config" {
		return "agent/config imports only rows 1 and 0"
	}
	if parent := strings.TrimSuffix(to, "test"); parent != to && strings.HasPrefix(from, parent) {
		return ""
	}
	if rankOf(to) >= rankOf(from) && !strings.HasPrefix(from, to+"/") && !strings.HasPrefix(to, from+"/") {
		return "a package imports only lower ranks of its own family"
	}
	return ""
}

// rankOf is the rank of the nearest listed parent; an unlisted room has rank 0 and TestRanksAreListed names it.
func rankOf(rel string) int {
	for r := rel; r != "."; {
		if n, ok := ranks[r]; ok {
			return n
		}
		i := strings.LastIndex(r, "/")
		if i < 0 {
			return 0
		}
		r = r[:i]
	}
	return 0
}

func TestRanksAreListed(t *testing.T) {
	for _, p := range packages(t) {
		if row(p.rel()) == 3 && rankOf(p.rel()) == 0 {
			t.Errorf("%s has no rank in the table of layers_test.go: decide where it stands", p.rel())
		}
	}
}
