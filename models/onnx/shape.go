package onnx

import (
	"fmt"
	"slices"
)

// The library's own shape inference computes a length of a convolution's or pool's output as below zero when the kernel
// is larger than the input, and a slice of such a tensor then ends the process. So lengths are computed here first, as
// far as they follow from what common networks are made of; what is not known stays unknown.

// dims is a shape; nil is unknown.
type dims []int64

// follow computes the shape of a node's first output and refuses one that cannot be.
func (w *walker) follow(n *node) error {
	if len(n.inputs) == 0 || len(n.outputs) == 0 {
		return nil
	}
	in := w.shapeOf(n.inputs[0])
	if in == nil {
		return nil
	}
	out, err := w.shape(n, in)
	if err != nil {
		return err
	}
	for _, d := range out {
		if d < 0 || d > maxElements {
			return fmt.Errorf("its output has the shape %v", out)
		}
	}
	if out != nil {
		w.scope[len(w.scope)-1].shapes[n.outputs[0]] = out
	}
	return nil
}

// shapeOf finds a shape by name, innermost graph first.
func (w *walker) shapeOf(name string) dims {
	for _, s := range slices.Backward(w.scope) {
		if d, ok := s.shapes[name]; ok {
			return d
		}
		if t, ok := s.constants[name]; ok {
			return append(dims{}, t.dims...) // of a single number it is empty, not unknown
		}
	}
	return nil
}

func (w *walker) shape(n *node, in dims) (dims, error) {
	switch n.op.Name {
	case "Conv", "MaxPool", "AveragePool", "LpPool":
		return w.slide(n, in)
	case "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Selu", "Clip", "BatchNormalization", "InstanceNormalization",
		"Identity", "Cast", "DequantizeLinear", "QuantizeLinear", "Dropout", "HardSwish", "HardSigmoid", "Softmax", "Exp",
		"Sqrt", "Abs", "Neg", "Gelu", "Erf", "Softplus", "Mish":
		return in, nil
	case "Add", "Sub", "Mul", "Div", "PRelu", "Pow", "Max", "Min":
		if len(n.inputs) != 2 {
			return nil, nil
		}
		return broadcast(in, w.shapeOf(n.inputs[1])), nil
	case "GlobalAveragePool", "GlobalMaxPool":
		return pooled(in), nil
	case "Transpose":
		return permuted(in, n.ints("perm")), nil
	case "Unsqueeze":
		return unsqueezed(in, w.axes(n)), nil
	case "Squeeze":
		return squeezed(in, w.axes(n)), nil
	case "Pad":
		return w.padded(n, in), nil
	case "Reshape":
		return w.reshaped(n, in), nil
	case "Concat":
		return w.joined(n, in), nil
	}
	return nil, nil
}

// axes are those of Squeeze and Unsqueeze: an attribute once, an input since operator set 13.
func (w *walker) axes(n *node) []int64 {
	if list := n.ints("axes"); list != nil || len(n.inputs) < 2 {
		return list
	}
	if t, ok := w.constant(n.inputs[1]); ok {
		return t.integers
	}
	return nil
}

// slide is a window that moves over the lengths behind batch and channel.
func (w *walker) slide(n *node, in dims) (dims, error) {
	if len(in) < 3 {
		return nil, nil // the library says what is wrong
	}
	kernel := n.ints("kernel_shape")
	channels := in[1:]
	if n.op.Name == "Conv" {
		weights := dims(nil)
		if len(n.inputs) > 1 {
			weights = w.shapeOf(n.inputs[1])
		}
		if len(weights) != len(in) {
			return nil, nil // the library says what is wrong, if anything is
		}
		if kernel == nil {
			kernel = weights[2:]
		}
		channels = weights[:1]
	}
	if len(kernel) != len(in)-2 {
		return nil, nil
	}
	out := dims{in[0], channels[0]}
	for i, k := range kernel {
		d, err := n.window(i, k, in[2+i])
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// window is one length of slide's output.
func (n *node) window(i int, kernel, length int64) (int64, error) {
	at := func(name string, i int, otherwise int64) int64 {
		if list := n.ints(name); i < len(list) {
			return list[i]
		}
		return otherwise
	}
	axes := len(n.ints("pads")) / 2
	stride := at("strides", i, 1)
	if a := n.attrs["auto_pad"]; a != nil && (a.text == "SAME_UPPER" || a.text == "SAME_LOWER") {
		return (length + stride - 1) / stride, nil
	}
	extent := (kernel-1)*at("dilations", i, 1) + 1
	padded := length + at("pads", i, 0) + at("pads", axes+i, 0)
	if extent > padded {
		return 0, fmt.Errorf("its kernel spans %d, its input %d", extent, padded)
	}
	steps := padded - extent
	if a := n.attrs["ceil_mode"]; a != nil && a.i != 0 {
		steps += stride - 1
	}
	return steps/stride + 1, nil
}

func broadcast(a, b dims) dims {
	if b == nil {
		return nil
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		k := len(a) - len(b) + i
		if out[k] == 1 {
			out[k] = d
		}
	}
	return out
}

func pooled(in dims) dims {
	out := slices.Clone(in)
	for i := 2; i < len(out); i++ {
		out[i] = 1
	}
	return out
}

func permuted(in dims, perm []int64) dims {
	if len(perm) != len(in) {
		return nil
	}
	out := make(dims, len(in))
	for i, p := range perm {
		if p < 0 || p >= int64(len(in)) {
			return nil
		}
		out[i] = in[p]
	}
	return out
}

func unsqueezed(in dims, axes []int64) dims {
	if axes == nil || len(in)+len(axes) > maxRank {
		return nil
	}
	out := slices.Clone(in)
	for _, a := range axes {
		if a < 0 {
			a += int64(len(in) + len(axes))
		}
		if a < 0 || a > int64(len(out)) {
			return nil
		}
		out = slices.Insert(out, int(a), 1)
	}
	return out
}

func squeezed(in dims, axes []int64) dims {
	if axes == nil {
		return nil
	}
	var out dims
	for i, d := range in {
		if !slices.Contains(axes, int64(i)) && !slices.Contains(axes, int64(i-len(in))) {
			out = append(out, d)
		}
	}
	return out
}

// padded adds constant pads, which may be below zero.
func (w *walker) padded(n *node, in dims) dims {
	list := n.ints("pads")
	if len(n.inputs) > 1 {
		if t, ok := w.constant(n.inputs[1]); ok {
			list = t.integers
		}
	}
	if len(list) != 2*len(in) {
		return nil
	}
	out := slices.Clone(in)
	for i := range out {
		if list[i] < -maxElements || list[i] > maxElements || list[len(in)+i] < -maxElements || list[len(in)+i] > maxElements {
			return nil
		}
		out[i] += list[i] + list[len(in)+i]
	}
	return out
}

// reshaped follows a constant shape: 0 keeps a length, -1 takes what is left.
func (w *walker) reshaped(n *node, in dims) dims {
	t, ok := w.constant(n.inputs[min(1, len(n.inputs)-1)])
	if !ok || len(t.integers) != t.elements || n.attrs["allowzero"] != nil {
		return nil
	}
	total, product, open := int64(1), int64(1), -1
	for _, d := range in {
		total *= d
	}
	out := dims{}
	for i, d := range t.integers {
		if d == 0 && i < len(in) {
			d = in[i]
		}
		if out = append(out, d); d == -1 {
			open = i
			continue
		}
		product *= d
	}
	if open >= 0 {
		if product <= 0 || total%product != 0 {
			return nil
		}
		out[open] = total / product
	}
	return out
}

// joined adds lengths along one axis.
func (w *walker) joined(n *node, in dims) dims {
	axis := n.attrs["axis"]
	if axis == nil {
		return nil
	}
	at := axis.i
	if at < 0 {
		at += int64(len(in))
	}
	out := slices.Clone(in)
	for _, name := range n.inputs[1:] {
		other := w.shapeOf(name)
		if len(other) != len(in) || at < 0 || at >= int64(len(in)) {
			return nil
		}
		out[at] += other[at]
	}
	return out
}
