package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// trainingSide: trained i1|f4 SAMPLES OUTPUTS BUNDLE [ROW VALUE STEPS] writes a bundle's golden vectors, which the Python
// runtime of the training side made, as a person gives them to models pack: windows of samples [vectors, length, channels]
// whose quantised form is the vectors' inputs, and outputs as they are stored or as real values. One output may be moved by
// some steps.
func trainingSide(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 && len(args) != 7 {
		ts.Fatalf("usage: trained i1|f4 samples outputs bundle [row value steps]")
	}
	b, err := manifest.Open(os.DirFS(ts.MkAbs(args[3])))
	ts.Check(err)
	move := make([]int, 3)
	for i := range args[4:] {
		move[i], err = strconv.Atoi(args[4+i])
		ts.Check(err)
	}
	var samples, outputs []byte
	for row, g := range b.Golden {
		samples = append(samples, windowOf(b, g.Inputs[0])...)
		for i, q := range g.Outputs[0] {
			v := int8(q)
			if row == move[0] && i == move[1] {
				v += int8(move[2])
			}
			if args[0] == "i1" {
				outputs = append(outputs, byte(v))
				continue
			}
			outputs = binary.LittleEndian.AppendUint32(outputs, math.Float32bits(b.Outputs[0].Quant.Real(int32(v))))
		}
	}
	descr := map[string]string{"i1": "|i1", "f4": "<f4"}[args[0]]
	save(ts, args[1], "<f4", fmt.Sprint(len(b.Golden), ",", b.Window.Length, ",", b.Source.Values()), samples)
	save(ts, args[2], descr, fmt.Sprint(len(b.Golden), ",", len(b.Labels)), outputs)
}

// windowOf are float32 samples that preprocessing turns into these stored values: each lies in the middle of its step.
func windowOf(b *manifest.Bundle, stored []byte) (out []byte) {
	f := b.Framing()
	for i, q := range stored {
		c := i % f.Channels
		v := f.Mean[c] + f.Std[c]*float64(f.Quant.Real(int32(int8(q))))
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)))
	}
	return out
}

// save writes an array of NumPy.
func save(ts *testscript.TestScript, name, descr, shape string, body []byte) {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.TrimSpace(shape))
	out := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	ts.Check(os.WriteFile(ts.MkAbs(name), append(append(out, head...), body...), 0o644))
}
