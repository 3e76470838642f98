package trust

import (
	"errors"
	"fmt"
)

// Code is a stable name of why something is not believed. Programs branch on it; docs/trust.md lists all of them.
type Code string

// Codes of enrolment and of the state on disk.
const (
	NotEnrolled     Code = "not-enrolled"
	AlreadyEnrolled Code = "already-enrolled"
	WrongRoot       Code = "wrong-root"
	DamagedState    Code = "damaged-state"
)

// Codes of metadata.
const (
	Missing        Code = "missing"
	RootMissing    Code = "root-missing"
	Cut            Code = "cut"
	TooLarge       Code = "too-large"
	BadMetadata    Code = "bad-metadata"
	Mixed          Code = "mixed"
	Rollback       Code = "rollback"
	Expired        Code = "expired"
	TooFew         Code = "too-few-signatures"
	BadSignature   Code = "bad-signature"
	UnknownKey     Code = "unknown-key"
	RevokedKey     Code = "revoked-key"
	WrongRole      Code = "wrong-role"
	NoMetadata     Code = "no-metadata"
	StaleAuthority Code = "stale-authority"
)

// Codes of a release and of its bytes.
const (
	NotListed     Code = "not-listed"
	Unsigned      Code = "unsigned"
	BadRelease    Code = "bad-release"
	UnknownDemand Code = "unknown-demand"
	OtherArch     Code = "other-arch"
	OtherBoard    Code = "other-board"
	NoDelegate    Code = "no-delegate"
	LittleRAM     Code = "little-ram"
	OldAgent      Code = "old-agent"
	NewAgent      Code = "new-agent"
	OtherDigest   Code = "same-number-other-digest"
	LowerNumber   Code = "lower-number"
	Revoked       Code = "revoked"
	ShortFile     Code = "short-file"
	LongFile      Code = "long-file"
	WrongDigest   Code = "wrong-digest"
)

// Codes are all codes there are.
func Codes() []Code {
	return []Code{
		NotEnrolled, AlreadyEnrolled, WrongRoot, DamagedState,
		Missing, RootMissing, Cut, TooLarge, BadMetadata, Mixed, Rollback, Expired, TooFew, BadSignature, UnknownKey,
		RevokedKey, WrongRole, NoMetadata, StaleAuthority,
		NotListed, Unsigned, BadRelease, UnknownDemand, OtherArch, OtherBoard, NoDelegate, LittleRAM, OldAgent, NewAgent,
		OtherDigest, LowerNumber, Revoked, ShortFile, LongFile, WrongDigest,
	}
}

// Refusal is why something is not believed: a code for programs and a sentence for people.
type Refusal struct {
	Code     Code
	Sentence string
	cause    error
}

func (r *Refusal) Error() string { return r.Sentence }

// Unwrap is the library's error behind a refusal, where there is one.
func (r *Refusal) Unwrap() error { return r.cause }

// CodeOf is the code of a refusal inside err; "" for every other error.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func refuse(code Code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(format, args...)}
}

func (r *Refusal) because(err error) *Refusal {
	r.cause = err
	return r
}
