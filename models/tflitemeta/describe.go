package tflitemeta

import (
	"errors"
	"fmt"
)

// About is what the metadata says of a tensor.
type About struct {
	Name, Description string
	Sides             []string // names of its dimensions
	Content           Content
	Mean, Std         []float32 // what was taken off and divided by in training; one for all, or one per channel
	Min, Max          []float32 // of the tensor's values
	Threshold         *float32  // scores below it count for nothing
	Calibration       string    // how scores are transformed before calibration; empty when they are not
	Units             []string  // names of further processing
	Files             []File
}

// Content is what a tensor holds.
type Content struct {
	Kind          string // "features", "image", "boxes", "audio"; empty when it does not say
	Colour        string // of images: "RGB", "grayscale"; empty when unknown
	Width, Height int    // of images, when they have a standard size
	RateHz        int    // of audio
	Channels      int    // of audio
}

// File is a file of the ZIP behind the model.
type File struct {
	Name, Description, Kind, Locale, Version string
	Labels                                   []string // its lines, when it is a list of labels and is there
	Missing                                  bool     // the ZIP does not have it
}

// Kinds of files, by AssociatedFileType.
var fileKinds = []string{"", "description", "axis labels", "value labels", "score calibration", "vocabulary", "search index"}

const (
	axisLabels  = "axis labels"
	valueLabels = "value labels"
)

func kindOf(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("kind %d", i)
}

// describe reads the metadata's own buffer.
func (m *Model) describe(b []byte) error {
	if len(b) < 8 || string(b[4:8]) != metaMark {
		return fmt.Errorf("%d bytes without the mark %s", len(b), metaMark)
	}
	f := newFlat(b)
	root := f.root()
	m.Meta = Meta{
		Described: true, Name: root.text(0), Description: root.text(1), Version: root.text(2), Author: root.text(4), Licence: root.text(5),
		MinParserVersion: root.text(7), Files: filesOf(root.list(6, 4)),
	}
	root.list(3, 4).each(func(i int, graph table) {
		if i > 0 {
			return
		}
		m.Meta.Files = append(m.Meta.Files, filesOf(graph.list(4, 4))...)
		aboutAll(m.Inputs, graph.list(2, 4), "inputs")
		aboutAll(m.Outputs, graph.list(3, 4), "outputs")
	})
	return f.err
}

// aboutAll gives tensors their descriptions. The metadata goes by the order of the model's signature, which is that of
// the tensors here.
func aboutAll(tensors []Tensor, all list, what string) {
	if all.n > 0 && all.n != len(tensors) {
		all.f.fail(fmt.Errorf("describes %d %s, the model has %d", all.n, what, len(tensors)))
		return
	}
	all.each(func(i int, t table) { tensors[i].About = aboutOf(t) })
}

func aboutOf(t table) About {
	stats := t.table(5)
	a := About{
		Name: t.text(0), Description: t.text(1), Sides: t.list(2, 4).texts(), Content: contentOf(t.table(3)),
		Max: stats.list(0, 4).floats(), Min: stats.list(1, 4).floats(), Files: filesOf(t.list(6, 4)),
	}
	t.list(4, 4).each(func(_ int, unit table) { a.process(unit) })
	return a
}

func contentOf(t table) (c Content) {
	p := t.table(1)
	switch t.byte(0) {
	case 0:
	case 1:
		c.Kind = "features"
	case 2:
		c.Kind, c.Colour = "image", kindOf([]string{"", "RGB", "grayscale"}, p.byte(0))
		size := p.table(1)
		c.Width, c.Height = size.whole(0), size.whole(1)
	case 3:
		c.Kind = "boxes"
	case 4:
		c.Kind, c.RateHz, c.Channels = "audio", p.whole(0), p.whole(1)
	default:
		c.Kind = fmt.Sprintf("kind %d", t.byte(0))
	}
	return c
}

// process takes in one unit of processing.
func (a *About) process(unit table) {
	p := unit.table(1)
	switch kind := unit.byte(0); kind {
	case 0:
	case 1:
		a.Mean, a.Std = p.list(0, 4).floats(), p.list(1, 4).floats()
	case 2:
		a.Calibration = kindOf([]string{"identity", "log", "inverse logistic"}, p.byte(0))
	case 3:
		v := p.float(0)
		a.Threshold = &v
	default:
		a.Units = append(a.Units, kindOf([]string{"", "", "", "", "BERT tokenizer", "SentencePiece tokenizer", "regular expression tokenizer"}, kind))
	}
}

func filesOf(all list) (out []File) {
	if all.n > maxFiles {
		all.f.fail(errors.New("more files than a model has"))
		return nil
	}
	all.each(func(_ int, t table) {
		out = append(out, File{Name: t.text(0), Description: t.text(1), Kind: kindOf(fileKinds, t.byte(2)), Locale: t.text(3), Version: t.text(4)})
	})
	return out
}
