package release

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// architectures are those that agents are built for (`make cross`, `make package`), in Go's words.
var architectures = []string{"amd64", "arm64", "arm"}

// otherNames are what else people call them: kernels, compilers and Debian.
var otherNames = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "aarch64": "arm64", "armv8": "arm64", "armhf": "arm", "armv7": "arm", "armv7l": "arm",
}

// SplitWords splits a list that a person typed: at spaces, commas, or both.
func SplitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// checkDemands refuses demands that no device can meet: such a release would be signed, published and taken by nobody.
func checkDemands(d trust.Demands) error {
	for _, arch := range d.Arch {
		if slices.Contains(architectures, arch) {
			continue
		}
		if ours := otherNames[strings.ToLower(arch)]; ours != "" {
			return wrong("the architecture %q is called %s here", arch, ours)
		}
		return wrong("no agent runs on the architecture %q: they are %s", arch, strings.Join(architectures, ", "))
	}
	for _, pattern := range d.Boards {
		if err := checkBoard(pattern); err != nil {
			return err
		}
	}
	return checkAgents(d.AgentMin, d.AgentMax)
}

// versionForm is a version with numbers to compare; whatever else devices compare as text, where "latest" bounds nothing.
var versionForm = regexp.MustCompile(`^v?[0-9]{1,9}(\.[0-9]{1,9})*(-[^+\s]+)?(\+\S+)?$`)

// checkAgents refuses bounds that no version of the agent lies between.
func checkAgents(first, last string) error {
	for _, version := range []string{first, last} {
		if version != "" && !versionForm.MatchString(version) {
			return wrong("%q is no version of the agent: those are numbers with dots between, as 1.4.0", version)
		}
	}
	if first != "" && last != "" && trust.Older(last, first) {
		return wrong("no agent is from version %s and up to version %s", first, last)
	}
	return nil
}

// checkBoard refuses a pattern that matches no name of a board, as devices write them: one word in small letters.
func checkBoard(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return wrong("the board %q is no pattern: '*' stands for any letters, '?' for one, '[45]' for one of those", pattern)
	}
	if pattern != strings.ToLower(pattern) {
		return wrong("the board %q fits no device: boards are written in small letters with '-' for spaces, a Raspberry Pi 4 Model B Rev 1.4 as raspberry-pi-4-model-b-rev-1.4", pattern)
	}
	return nil
}
