package probe

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// policy is the version of the comparison's rules: verdicts of other rules do not count.
const policy = 2

// key is everything that a verdict depends on.
type key struct {
	Policy    int               `json:"policy"`
	Model     string            `json:"model"` // SHA-256, as all digests here
	Vectors   string            `json:"vectors"`
	Tolerance int               `json:"tolerance"`
	Delegate  string            `json:"delegate"`
	Library   string            `json:"library"`
	Options   map[string]string `json:"options"`
	Behind    []string          `json:"behind,omitempty"`
	CPU       []string          `json:"cpu"`
	Threads   int               `json:"threads"`
	Engine    string            `json:"engine"`
	Runtime   string            `json:"runtime"`
	Machine
}

func (p *Prober) keyOf(r Request) (key, error) {
	library, err := digestFile(r.Plugin.Library)
	if err != nil {
		return key{}, fmt.Errorf("read the delegate's library: %w", err)
	}
	model := sha256.Sum256(r.Model)
	return key{
		Policy: policy, Model: hex.EncodeToString(model[:]), Vectors: digestVectors(r.Vectors), Tolerance: r.Tolerance,
		Delegate: r.Plugin.Name, Library: library, Options: r.Plugin.Options, Behind: r.Behind, CPU: r.CPU, Threads: r.Threads,
		Engine: r.Engine, Runtime: r.Version, Machine: p.cfg.Machine,
	}, nil
}

// text is the key as JSON, the same for the same key.
func (k key) text() (string, error) {
	k.Boot = ""
	b, err := json.Marshal(k)
	return string(b), err
}

// file is the name of a verdict's file.
func file(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16]) + ".json"
}

func digestFile(path string) (string, error) {
	f, err := open(path)
	if f == nil || err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func digestVectors(vectors []Vector) string {
	h := sha256.New()
	for _, v := range vectors {
		writeParts(h, v.Inputs)
		writeParts(h, v.Outputs)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// writeParts hashes parts with their lengths, so that no two lists look alike.
func writeParts(h hash.Hash, parts [][]byte) {
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(parts))))
	for _, b := range parts {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
}
