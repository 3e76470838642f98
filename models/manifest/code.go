package manifest

import (
	"errors"
	"fmt"
	"io/fs"
)

// Code is a stable name of why a bundle is refused. Programs branch on it; docs/models.md lists all of them.
type Code string

// Codes of a bundle's file.
const (
	NoBundle   Code = "no-bundle"   // it does not end as a bundle's file does: cut, enlarged, or something else
	BadName    Code = "bad-name"    // a name that could leave the folder, or hide in it
	NoFile     Code = "no-file"     // a link, a device, a folder
	Twice      Code = "twice"       // two files of one name
	Compressed Code = "compressed"  // a compressed file, which could be a bomb
	BadSize    Code = "bad-size"    // sizes that disagree, or are larger than a bundle can be
	TooMany    Code = "too-many"    // more files than a bundle can have
	Ambiguous  Code = "ambiguous"   // bytes that two readers would understand in two ways
	Damaged    Code = "damaged"     // content that its own checksum denies
	NotListed  Code = "not-listed"  // a file that the manifest does not know
	FileAbsent Code = "file-absent" // a file that the manifest lists and that is not there
)

// Codes of what is in it.
const (
	BadManifest  Code = "bad-manifest"  // the manifest breaks its rules
	WrongDigest  Code = "wrong-digest"  // a file is not the one that the manifest states
	BadContent   Code = "bad-content"   // labels, golden vectors or a reference that do not fit the manifest
	OtherModel   Code = "other-model"   // the model has other tensors than the manifest states
	OtherAnswers Code = "other-answers" // the model does not give the recorded answers here
)

// Codes are all codes there are.
func Codes() []Code {
	return []Code{
		NoBundle, BadName, NoFile, Twice, Compressed, BadSize, TooMany, Ambiguous, Damaged, NotListed, FileAbsent,
		BadManifest, WrongDigest, BadContent, OtherModel, OtherAnswers,
	}
}

// refusal is an error with its code.
type refusal struct {
	code Code
	error
}

func (r *refusal) Unwrap() error { return r.error }

func refuse(code Code, format string, args ...any) error {
	return &refusal{code, fmt.Errorf(format, args...)}
}

// CodeOf is the code of a refusal inside err; "" for every other error.
func CodeOf(err error) Code {
	var r *refusal
	switch {
	case errors.Is(err, ErrDigest):
		return WrongDigest
	case errors.Is(err, ErrMismatch):
		return OtherModel
	case errors.Is(err, ErrGolden):
		return OtherAnswers
	case errors.As(err, &r):
		return r.code
	case errors.Is(err, ErrZip):
		return NoBundle
	}
	return ""
}

// absent gives a missing file its code.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &refusal{FileAbsent, err}
	}
	return err
}
