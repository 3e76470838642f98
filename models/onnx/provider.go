package onnx

import (
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	plain = "none" // the CPU without any rewriting of the graph
	cpu   = "cpu"  // the CPU with all of the library's graph optimisations; the default
)

const cpuProvider = "CPUExecutionProvider"

// provider is one word of Options.Delegates.
type provider struct {
	word   string // ours
	listed string // in the library's list of providers
	name   string // for the call that adds it
}

// providers are those that can be added by name without further settings.
var providers = [...]provider{
	{"tensorrt", "TensorrtExecutionProvider", "TensorRT"},
	{"cuda", "CUDAExecutionProvider", "CUDA"},
	{"openvino", "OpenVINOExecutionProvider", "OpenVINO"},
	{"qnn", "QNNExecutionProvider", "QNN"},
	{"vitisai", "VitisAIExecutionProvider", "VitisAI"},
	{"webgpu", "WebGpuExecutionProvider", "WebGPU"},
	{"xnnpack", "XnnpackExecutionProvider", "XNNPACK"},
}

// offered finds a word's provider in this library.
func (r *Runtime) offered(word string) (provider, *engine.Fault) {
	i := slices.IndexFunc(providers[:], func(p provider) bool { return p.word == word })
	if i < 0 {
		return provider{}, engine.Faultf(engine.ReasonUnknown, "not a provider of this program, which knows %s", known())
	}
	p := providers[i]
	if !slices.Contains(r.providers, p.listed) {
		return provider{}, engine.Faultf(engine.ReasonNoSymbol, "this library (%s) has no %s, only %s", r.path, p.listed, strings.Join(r.providers, ", "))
	}
	return p, nil
}

func known() string {
	list := []string{cpu, plain}
	for _, p := range providers {
		list = append(list, p.word)
	}
	return strings.Join(list, ", ")
}

// OnCPU reports whether a word means kernels of this processor, which need no proof in a process of their own.
func OnCPU(word string) bool { return word == cpu || word == plain || word == "xnnpack" }

// way is one attempt: the providers to add, in order. None is the CPU alone.
type way struct {
	word      string
	providers []provider
}

// ways are the attempts for a preference, best first; the last is always the CPU. A provider is followed by those that
// stand behind it, so that they get the nodes that it leaves: TensorRT before CUDA is how NVIDIA means it.
func (r *Runtime) ways(wanted []string) (list []way, refused []engine.Walk) {
	var behind []provider
	last := cpu
	if i := slices.IndexFunc(wanted, func(s string) bool { return s == cpu || s == plain }); i >= 0 {
		last, wanted = wanted[i], wanted[:i]
	}
	for _, word := range slices.Backward(wanted) {
		p, fault := r.offered(word)
		if fault != nil {
			refused = append(refused, engine.Walk{Delegate: word, Stage: engine.Requested, Reason: fault.Reason, Text: fault.Text})
			continue
		}
		behind = append([]provider{p}, behind...)
		list = append(list, way{word, behind})
	}
	slices.Reverse(list)
	slices.Reverse(refused)
	return append(list, way{word: last}), refused
}
