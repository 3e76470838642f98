package onnx

import (
	"fmt"
	"slices"
	"strings"
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
func (r *Runtime) offered(word string) (provider, error) {
	i := slices.IndexFunc(providers[:], func(p provider) bool { return p.word == word })
	if i < 0 {
		return provider{}, fmt.Errorf("not a provider of this program, which knows %s", known())
	}
	p := providers[i]
	if !slices.Contains(r.providers, p.listed) {
		return provider{}, fmt.Errorf("this library (%s) has no %s, only %s", r.path, p.listed, strings.Join(r.providers, ", "))
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

// way is one attempt: the providers to add, in order. None is the CPU alone.
type way struct {
	word      string
	providers []provider
}

// ways are the attempts for a preference, best first; the last is always the CPU. A provider is followed by those that
// stand behind it, so that they get the nodes that it leaves: TensorRT before CUDA is how NVIDIA means it.
func (r *Runtime) ways(wanted []string) (list []way, refused []string) {
	var behind []provider
	last := cpu
	if i := slices.IndexFunc(wanted, func(s string) bool { return s == cpu || s == plain }); i >= 0 {
		last, wanted = wanted[i], wanted[:i]
	}
	for _, word := range slices.Backward(wanted) {
		p, err := r.offered(word)
		if err != nil {
			refused = append(refused, fmt.Sprintf("%s: %v", word, err))
			continue
		}
		behind = append([]provider{p}, behind...)
		list = append(list, way{word, behind})
	}
	slices.Reverse(list)
	slices.Reverse(refused)
	return append(list, way{word: last}), refused
}
