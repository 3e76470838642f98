package probe

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	maxKept    = 256 // verdicts in the folder
	maxVerdict = 1 << 20
)

// verdict is a file of the folder. The name of the file proves nothing: the key inside must be the one asked for.
type verdict struct {
	Key  string      `json:"key"`
	Boot string      `json:"boot,omitempty"` // when set, it counts only in this start of the machine
	Walk engine.Walk `json:"walk"`
}

// lasting says how long a reason holds: for ever under its key, until the machine starts anew, or not at all. What a
// library of the system or another build of the same runtime mends is not in the key, and is quickly found again.
func lasting(r engine.Reason) (kept, untilBoot bool) {
	switch r {
	case "", engine.ReasonWrongNumbers, engine.ReasonNoNodes, engine.ReasonWrongArch, engine.ReasonIllegal:
		return true, false
	case engine.ReasonCrashed, engine.ReasonHung:
		return true, true
	}
	return false, false
}

// recall finds the verdict of a key. A file that cannot be read, or is of another key, is none.
func (p *Prober) recall(k key) (engine.Walk, bool) {
	text, err := k.text()
	if p.cfg.Folder == "" || err != nil {
		return engine.Walk{}, false
	}
	path := filepath.Join(p.cfg.Folder, file(text))
	if info, err := os.Stat(path); err != nil || info.Size() > maxVerdict {
		return engine.Walk{}, false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return engine.Walk{}, false
	}
	var v verdict
	if err := json.Unmarshal(data, &v); err != nil || v.Key != text || v.Boot != "" && v.Boot != k.Boot || !sensible(v.Walk, k) {
		return engine.Walk{}, false
	}
	return v.Walk, true
}

// sensible reports whether a walk is one that is kept.
func sensible(w engine.Walk, k key) bool {
	kept, _ := lasting(w.Reason)
	return kept && makesSense(w, k.Delegate)
}

// keep writes the verdict, if it is one to keep, and drops the oldest ones of a folder that is full.
func (p *Prober) keep(k key, w engine.Walk) error {
	kept, untilBoot := lasting(w.Reason)
	text, err := k.text()
	if p.cfg.Folder == "" || !kept || err != nil {
		return err
	}
	v := verdict{Key: text, Walk: w}
	if untilBoot {
		if v.Boot = k.Boot; v.Boot == "" {
			return nil
		}
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.cfg.Folder, 0o750); err != nil {
		return fmt.Errorf("make folder of verdicts: %w", err)
	}
	if err := p.prune(); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(p.cfg.Folder, file(text)), append(data, '\n'), 0o640)
}

func (p *Prober) prune() error {
	entries, err := os.ReadDir(p.cfg.Folder)
	if err != nil {
		return fmt.Errorf("list verdicts: %w", err)
	}
	type old struct {
		name string
		at   int64
	}
	var all []old
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".json") {
			all = append(all, old{e.Name(), info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(all, func(a, b old) int { return int(min(1, max(-1, a.at-b.at))) })
	for i := 0; i <= len(all)-maxKept; i++ {
		if err := os.Remove(filepath.Join(p.cfg.Folder, all[i].name)); err != nil {
			return fmt.Errorf("drop an old verdict: %w", err)
		}
	}
	return nil
}
