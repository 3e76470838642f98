package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// spoiled tells a copy that went wrong from a bundle that nobody signed: whoever has the first copies it again, and has no
// reason to believe anybody's. What it does not know better it gives back as refused.
func spoiled(store *trust.Store, f shelf.File, refused *trust.Refusal) error {
	if refused.Code != trust.Unsigned || f.Path == "" {
		return refused
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return fmt.Errorf("look at bundle: %w", err)
	}
	ref, torn := manifest.Glance(file, f.Size)
	if err := file.Close(); err != nil {
		return errors.Join(torn, err)
	}
	for _, name := range []string{ref.FileName(), releaseName(f.Name)} {
		if refusal := store.Spoiled("models/"+name, f.Size, torn == nil); refusal != nil {
			return refusal
		}
	}
	if torn != nil {
		return torn
	}
	return refused
}

// inRepository is how a repository names the file of a release: its digest comes first.
var inRepository = regexp.MustCompile(`^[0-9a-f]{64}\.`)

// releaseName is the name under which a file would be released.
func releaseName(name string) string {
	name = path.Base(name)
	return strings.TrimPrefix(name, inRepository.FindString(name))
}
