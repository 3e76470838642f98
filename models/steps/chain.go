package steps

import (
	"fmt"
	"strings"
)

// MaxSteps bounds a list of steps.
const MaxSteps = 16

// Step transforms one window.
type Step interface {
	// Apply reads a window from src and writes one of another form to dst, which is as long as that form needs and
	// shares no memory with src. It allocates nothing.
	Apply(dst, src []float32)
}

// Out says what shape a list of steps makes of windows of shape in, and checks every parameter. The error is an *Error.
func Out(in Shape, specs []Spec) (Shape, error) {
	_, out, err := plan(in, specs)
	return out, err
}

type planned struct {
	kind    *Kind
	args    args
	in, out Shape
}

func plan(in Shape, specs []Spec) (list []planned, out Shape, err error) {
	if why := in.check(); why != "" {
		return nil, Shape{}, &Error{Step: -1, Why: why}
	}
	if len(specs) > MaxSteps {
		return nil, Shape{}, &Error{Step: MaxSteps, Why: fmt.Sprintf("is one step too many: want at most %d", MaxSteps)}
	}
	for i, s := range specs {
		p, bad := planOne(in, s)
		if bad != nil {
			bad.Step = i
			return nil, Shape{}, bad
		}
		list = append(list, p)
		in = p.out
	}
	return list, in, nil
}

func planOne(in Shape, s Spec) (planned, *Error) {
	kind := find(s.Name)
	if kind == nil {
		return planned{}, &Error{Param: "step", Why: fmt.Sprintf("unknown step %.40q; this version knows: %s", s.Name, strings.Join(names(), ", "))}
	}
	a, bad := kind.read(s.Params, in)
	if bad != nil {
		return planned{}, bad
	}
	out, bad := kind.shape(a, in)
	if bad != nil {
		return planned{}, bad
	}
	if why := out.check(); why != "" {
		return planned{}, &Error{Why: "makes a " + why}
	}
	return planned{kind, a, in, out}, nil
}

// Chain is a list of steps, ready to run.
type Chain struct {
	steps []Step
	outs  []Shape
	in    Shape
	rooms [2][]float32 // windows between steps, in turns
}

// New builds a chain for windows of shape in. The error is an *Error.
func New(in Shape, specs []Spec) (*Chain, error) {
	list, _, err := plan(in, specs)
	if err != nil {
		return nil, err
	}
	c := &Chain{in: in}
	var most [2]int
	for i, p := range list {
		c.steps = append(c.steps, p.kind.build(p.args, p.in, p.out))
		c.outs = append(c.outs, p.out)
		most[i%2] = max(most[i%2], p.out.Values())
	}
	for i, n := range most {
		c.rooms[i] = make([]float32, n)
	}
	return c, nil
}

// In is the shape of the windows that Apply takes.
func (c *Chain) In() Shape { return c.in }

// Out is the shape of the windows that Apply returns.
func (c *Chain) Out() Shape {
	if len(c.outs) == 0 {
		return c.in
	}
	return c.outs[len(c.outs)-1]
}

// Apply runs all steps on a window of In().Values() values, which stays as it is. The result is valid until the next
// call; without steps it is src itself. Numbers that are not finite pass through in some form: look at the result.
func (c *Chain) Apply(src []float32) []float32 {
	if len(src) != c.in.Values() {
		panic(fmt.Sprintf("steps: window of %d values, want %v", len(src), c.in))
	}
	for i, s := range c.steps {
		dst := c.rooms[i%2][:c.outs[i].Values()]
		s.Apply(dst, src)
		src = dst
	}
	return src
}

// Affine tells whether the list is one step that treats every value alone as (x - mean) / std: scale or normalise. It
// returns one mean and one std for each column. Such a step needs no window: it may be applied sample by sample.
func Affine(in Shape, specs []Spec) (mean, std []float64, ok bool) {
	list, _, err := plan(in, specs)
	if err != nil || len(list) != 1 {
		return nil, nil, false
	}
	switch p := list[0]; p.kind.Name {
	case "scale", "normalise":
		mean, std = p.args.affine(in.Columns)
		return mean, std, true
	}
	return nil, nil, false
}
