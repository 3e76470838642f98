package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// facts are what a binary says of itself.
type facts struct {
	size     int64
	versions []string // newest version needed of each symbol family, as "GLIBC_2.17"
	needed   []string // shared libraries
	stripped bool
}

func inspect(file string) (facts, error) {
	f, err := elf.Open(file)
	if err != nil {
		return facts{}, err
	}
	defer f.Close()
	info, err := os.Stat(file)
	if err != nil {
		return facts{}, err
	}
	fs := facts{size: info.Size(), stripped: f.Section(".symtab") == nil}
	if f.Section(".dynamic") == nil {
		return fs, nil
	}
	if fs.needed, err = f.ImportedLibraries(); err != nil {
		return facts{}, err
	}
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return facts{}, err
	}
	fs.versions = newest(symbols)
	return fs, nil
}

func newest(symbols []elf.ImportedSymbol) []string {
	top := map[string]string{}
	for _, s := range symbols {
		if name, version, ok := strings.Cut(s.Version, "_"); ok && older(top[name], version) {
			top[name] = version
		}
	}
	var out []string
	for name, version := range top {
		out = append(out, name+"_"+version)
	}
	slices.Sort(out)
	return out
}

// older compares dotted numbers: 2.9 is older than 2.28.
func older(a, b string) bool {
	x, y := numbers(a), numbers(b)
	return slices.Compare(x, y) < 0
}

func numbers(s string) []int {
	var out []int
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		out = append(out, n)
	}
	return out
}

func (f facts) check(p program) error {
	var errs []error
	for _, v := range f.versions {
		if name, version, _ := strings.Cut(v, "_"); name != "GLIBC" || older(glibc, version) {
			errs = append(errs, fmt.Errorf("needs %s, newer than glibc %s", v, glibc))
		}
	}
	if p.cgo && len(f.versions) == 0 {
		errs = append(errs, errors.New("names no glibc version; the check would prove nothing"))
	}
	for _, lib := range f.needed {
		if strings.Contains(lib, "tensorflow") || strings.Contains(lib, "tflite") {
			errs = append(errs, fmt.Errorf("is linked to %s, which must be opened at run time", lib))
		}
	}
	if !f.stripped {
		errs = append(errs, errors.New("is not stripped"))
	}
	if f.size > p.limit {
		errs = append(errs, fmt.Errorf("is %.1f MB, more than %.1f MB", float64(f.size)/1e6, float64(p.limit)/1e6))
	}
	return errors.Join(errs...)
}
