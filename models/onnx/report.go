package onnx

import (
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// tally counts nodes and parts by the library's name of the provider.
type tally struct {
	total        int
	nodes, parts map[string]int
}

func (t *tally) add(provider string, nodes int) {
	t.total += nodes
	t.nodes[provider] += nodes
	t.parts[provider]++
}

// report says what a way's providers took. The first one must have taken something; those behind it that did are named
// too: "tensorrt+cuda".
func (t *tally) report(w way) (engine.Report, error) {
	rep := engine.Report{Delegate: w.word, Nodes: t.total}
	switch w.word {
	case plain:
		return rep, nil
	case cpu:
		rep.Delegated, rep.Parts = t.nodes[cpuProvider], t.parts[cpuProvider]
		return rep, nil
	}
	var took []string
	for i, p := range w.providers {
		if n := t.nodes[p.listed]; n > 0 {
			took = append(took, p.word)
			rep.Delegated, rep.Parts = rep.Delegated+n, rep.Parts+t.parts[p.listed]
		} else if i == 0 {
			return rep, engine.Faultf(engine.ReasonNoNodes, "took none of %d operators", t.total)
		}
	}
	rep.Delegate = strings.Join(took, "+")
	return rep, nil
}
