package main

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

// openEngine opens the library of the engine that a manifest names.
func (l *library) openEngine(name string) (engine.Engine, error) {
	switch name {
	case "tflite":
		return result(tflite.Open(tflite.Config{Path: l.path, Getenv: l.getenv}))
	case "onnx":
		return result(onnx.Open(onnx.Config{Path: l.onnx, Getenv: l.getenv}))
	}
	return nil, fmt.Errorf("engine %q: this program has tflite and onnx: %w", name, engine.ErrRuntime)
}

// result keeps a typed nil out of the interface.
func result[E engine.Engine](e E, err error) (engine.Engine, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}
