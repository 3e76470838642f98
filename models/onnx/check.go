package onnx

import (
	"errors"
	"fmt"
)

// check refuses an operator that is unknown, or whose numbers a kernel would take on trust.
func (w *walker) check(n *node) error {
	switch {
	case n.op.Name == "ZipMap":
		return errors.New("it makes a list of maps, which is no tensor: " + zipMapFix)
	case !n.op.runs():
		return errors.New("not among those that Dunlin runs")
	}
	if err := n.checkWindows(); err != nil {
		return err
	}
	if err := w.checkGrowth(n); err != nil {
		return err
	}
	if err := w.follow(n); err != nil {
		return err
	}
	if n.op.Domain == "ai.onnx.ml" {
		return n.checkClassic()
	}
	return nil
}

// checkWindows looks at the shape numbers of convolutions and pools: kernels divide by strides.
func (n *node) checkWindows() error {
	for _, name := range []string{"kernel_shape", "strides", "dilations", "output_shape"} {
		for _, v := range n.ints(name) {
			if v < 1 || v > maxElements {
				return fmt.Errorf("%s holds %d", name, v)
			}
		}
	}
	for _, name := range []string{"pads", "output_padding"} {
		for _, v := range n.ints(name) {
			if v < -maxElements || v > maxElements {
				return fmt.Errorf("%s holds %d", name, v)
			}
		}
	}
	for _, name := range []string{"group", "blocksize", "num_groups"} {
		if a := n.attrs[name]; a != nil && (a.i < 1 || a.i > maxElements) {
			return fmt.Errorf("%s is %d", name, a.i)
		}
	}
	return nil
}

// sizes are the inputs that say how large an operator's output becomes.
var sizes = map[string]int{"ConstantOfShape": 0, "Expand": 1, "Tile": 1, "Reshape": 1}

// checkGrowth refuses outputs whose constant size no device has memory for. What is computed at run time is not known
// here.
func (w *walker) checkGrowth(n *node) error {
	at, ok := sizes[n.op.Name]
	if !ok || n.op.Domain != "" || at >= len(n.inputs) {
		return nil
	}
	t, ok := w.constant(n.inputs[at])
	if !ok {
		return nil
	}
	total := int64(1)
	for _, v := range t.integers {
		if v > 1 && total > maxElements/v || v < -1 || v < 0 && n.op.Name != "Reshape" && n.op.Name != "Expand" {
			return fmt.Errorf("it makes a tensor of %v: want at most %d elements", t.integers, maxElements)
		}
		total *= max(v, 1)
	}
	return nil
}

// checkClassic looks at the operators of classic machine learning, which keep their numbers in attributes.
func (n *node) checkClassic() error {
	switch n.op.Name {
	case "TreeEnsembleClassifier":
		return n.checkTrees("class", n.classes())
	case "TreeEnsembleRegressor":
		targets := int64(1)
		if a := n.attrs["n_targets"]; a != nil {
			targets = a.i
		}
		return n.checkTrees("target", targets)
	case "LinearClassifier":
		return n.checkRows("coefficients", "intercepts", max(n.classes(), 1))
	case "LinearRegressor":
		targets := int64(1)
		if a := n.attrs["targets"]; a != nil {
			targets = a.i
		}
		return n.checkRows("coefficients", "intercepts", targets)
	case "SVMClassifier":
		return n.checkVectors(n.classes())
	case "SVMRegressor":
		return n.checkVectors(1)
	}
	return nil
}

// classes is the number of class labels.
func (n *node) classes() int64 {
	return int64(max(n.count("classlabels_int64s"), n.count("classlabels_strings"), n.count("classlabels_ints")))
}

// checkRows: a matrix of so many rows, and as many intercepts or none. A classifier of two classes may have one row.
func (n *node) checkRows(matrix, bias string, rows int64) error {
	have, intercepts := int64(n.count(matrix)), int64(n.count(bias))
	if rows < 1 || rows > maxElements || have == 0 {
		return fmt.Errorf("%d %s for %d rows", have, matrix, rows)
	}
	if rows == 2 && intercepts == 1 {
		rows = 1
	}
	if have%rows != 0 || intercepts != 0 && intercepts != rows {
		return fmt.Errorf("%d %s and %d %s do not fit %d rows", have, matrix, intercepts, bias, rows)
	}
	return nil
}

// checkVectors: support vectors of equal length, with the coefficients that their number asks for.
func (n *node) checkVectors(classes int64) error {
	per := n.ints("vectors_per_class")
	vectors := int64(0)
	for _, v := range per {
		if v < 0 || v > maxInts {
			return fmt.Errorf("vectors_per_class holds %d", v)
		}
		vectors += v
	}
	if a := n.attrs["n_supports"]; a != nil {
		vectors = a.i
	}
	support, coefficients := int64(n.count("support_vectors")), int64(n.count("coefficients"))
	switch {
	case n.op.Name == "SVMClassifier" && len(per) > 0 && int64(len(per)) != classes:
		return fmt.Errorf("vectors_per_class has %d numbers for %d classes", len(per), classes)
	case vectors < 0 || vectors > maxInts:
		return fmt.Errorf("%d support vectors", vectors)
	case vectors > 0 && (support == 0 || support%vectors != 0):
		return fmt.Errorf("%d numbers for %d support vectors", support, vectors)
	case vectors > 0 && coefficients != vectors*max(classes-1, 1):
		return fmt.Errorf("%d coefficients for %d support vectors and %d classes", coefficients, vectors, classes)
	case vectors > 0 && n.count("rho") < int(max(classes*(classes-1)/2, 1)):
		return fmt.Errorf("%d values of rho for %d classes", n.count("rho"), classes)
	case vectors == 0 && coefficients == 0:
		return errors.New("it has no coefficients")
	}
	if k := n.count("kernel_params"); k != 0 && k != 3 {
		return fmt.Errorf("%d kernel_params: want 3", k)
	}
	if a, b := n.count("prob_a"), n.count("prob_b"); a != b {
		return fmt.Errorf("%d values of prob_a and %d of prob_b", a, b)
	}
	return nil
}
