package system

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// text is a small file without its line end; empty when it cannot be read.
func text(path ...string) string {
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// number reads a file of one number.
func number(path string, base int) (float64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	s := strings.TrimPrefix(strings.TrimSpace(string(b)), "0x")
	v, err := strconv.ParseInt(s, base, 64)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return float64(v), nil
}

// matching are the paths of a pattern below root, in the order of names.
func matching(root, pattern string) []string {
	list, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		return nil // only for a pattern that is none
	}
	return list
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
