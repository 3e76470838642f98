package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hal/board"
)

// deviceFacts are what releases may demand of a device. Delegates are those that may be used here.
func deviceFacts(delegates []string) trust.Facts {
	return trust.Facts{Arch: runtime.GOARCH, Boards: boardWords(board.New(board.Config{})), Delegates: delegates, RAM: memoryMiB(), Agent: version}
}

// boardWords are the names that selectors of releases may have for a board: its kind, as 'dunlin doctor' says it, and its
// own name as one word.
func boardWords(b *board.Board) []string {
	words := []string{string(b.Kind())}
	if own := boardWord(b.Model()); own != "" {
		words = append(words, own)
	}
	return words
}

// boardWord writes a board's name as one word, as selectors of releases have it: "Raspberry Pi 4 Model B Rev 1.4"
// becomes raspberry-pi-4-model-b-rev-1.4.
func boardWord(model string) string {
	return strings.Join(strings.Fields(strings.ToLower(model)), "-")
}

// memoryMiB is the memory that the kernel has, 0 where it does not say.
func memoryMiB() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kB >> 10
		}
	}
	return 0
}
