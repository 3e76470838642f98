package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// equal reports whether the named attributes have n values each; optional ones may be absent.
func (n *node) equal(want int, names ...string) error {
	for _, name := range names {
		if have := n.count(name); have != want {
			return fmt.Errorf("%s has %d values: want %d", name, have, want)
		}
	}
	return nil
}

// key is a node of a forest: its tree's number and its own.
type key struct{ tree, node int64 }

const maxTreeDepth = 1 << 10 // the library builds trees by recursion

// checkTrees: arrays of equal length, children that exist in the same tree and have one parent, leaves that name
// classes or targets that exist.
func (n *node) checkTrees(what string, outputs int64) error {
	ids, trees := n.ints("nodes_nodeids"), n.ints("nodes_treeids")
	modes := n.attrs["nodes_modes"]
	if len(ids) == 0 || modes == nil || outputs < 1 || outputs > maxInts {
		return fmt.Errorf("%d nodes for %d outputs", len(ids), outputs)
	}
	if err := n.equal(len(ids), "nodes_treeids", "nodes_featureids", "nodes_modes", "nodes_truenodeids", "nodes_falsenodeids"); err != nil {
		return err
	}
	weights := len(n.ints(what + "_ids"))
	if err := n.equal(weights, what+"_nodeids", what+"_treeids"); err != nil {
		return err
	}
	for name, want := range map[string]int{"nodes_values": len(ids), what + "_weights": weights} { // or a tensor, which the library checks
		if have := n.count(name); have != 0 && have != want {
			return fmt.Errorf("%s has %d values: want %d", name, have, want)
		}
	}
	for _, v := range n.ints(what + "_ids") {
		if v < 0 || v >= outputs {
			return fmt.Errorf("a leaf names output %d of %d", v, outputs)
		}
	}
	for _, v := range n.ints("nodes_featureids") {
		if v < 0 || v >= maxElements {
			return fmt.Errorf("a node asks for feature %d", v)
		}
	}
	index := make(map[key]int, len(ids))
	for i := range ids {
		index[key{trees[i], ids[i]}] = i
	}
	if len(index) != len(ids) {
		return errors.New("two nodes have one number")
	}
	return n.climb(index, ids, trees, modes.strings)
}

// climb follows every child. In a forest each node has at most one parent, so what has none is a root and what cannot
// be reached from one is a loop.
func (n *node) climb(index map[key]int, ids, trees []int64, modes []string) error {
	parent := make([]int, len(ids))
	children := [2][]int64{n.ints("nodes_truenodeids"), n.ints("nodes_falsenodeids")}
	for i, mode := range modes {
		if mode == "LEAF" {
			continue
		}
		for _, side := range children {
			child, ok := index[key{trees[i], side[i]}]
			if !ok || child == i || parent[child] != 0 {
				return fmt.Errorf("node %d of tree %d has the child %d", ids[i], trees[i], side[i])
			}
			parent[child] = i + 1
		}
	}
	depth := make([]int, len(ids))
	for i := range depth {
		var path []int
		for at := i; depth[at] == 0; at = parent[at] - 1 {
			if path = append(path, at); len(path) > maxTreeDepth {
				return fmt.Errorf("a tree is a loop, or deeper than %d", maxTreeDepth)
			}
			if parent[at] == 0 {
				break
			}
		}
		for _, at := range slices.Backward(path) {
			if depth[at] = 1; parent[at] != 0 {
				depth[at] = depth[parent[at]-1] + 1
			}
			if depth[at] > maxTreeDepth {
				return fmt.Errorf("a tree is deeper than %d", maxTreeDepth)
			}
		}
	}
	return nil
}
