package release

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// Words says in sentences what a signature under a staged role would mean: what is new, what is gone, until when.
func (r *Repository) Words(role string) ([]string, error) {
	if role == Root {
		return r.wordsOfRoot()
	}
	next, err := metadata.Targets().FromFile(r.stagedPath(role))
	if err != nil {
		return nil, fmt.Errorf("read staged %s: %w", role, err)
	}
	before := metadata.Targets()
	if v, err := r.newest(role); err != nil {
		return nil, err
	} else if v > 0 {
		if before, err = r.list(role); err != nil {
			return nil, err
		}
	}
	out := []string{head(role, next.Signed.Version, next.Signed.Expires)}
	if role == Targets {
		return append(out, wordsOfDelegations(before.Signed.Delegations, next.Signed.Delegations)...), nil
	}
	warnings, err := r.warnings(role)
	if err != nil {
		return nil, err
	}
	out = append(out, warnings...)
	return append(out, wordsOfReleases(releases(before), releases(next))...), nil
}

// warnings are what a signer must not miss; they stand first.
func (r *Repository) warnings(role string) ([]string, error) {
	lifts, err := r.Lifts(role)
	if err != nil {
		return nil, err
	}
	reuses, err := r.Reuses(role)
	var out []string
	for _, l := range lifts {
		out = append(out, "  "+l)
	}
	for _, u := range reuses {
		out = append(out, "  ALARM: "+u)
	}
	return out, err
}

func head(role string, version int64, expires time.Time) string {
	return fmt.Sprintf("%s, version %d, valid until %s", role, version, expires.Format(time.DateOnly))
}

func wordsOfReleases(before, next map[string]trust.Release) []string {
	var out []string
	for _, at := range slices.Sorted(maps.Keys(next)) {
		rel := next[at]
		old, known := before[at]
		switch {
		case !known:
			out = append(out, "  OFFERS  "+ReleaseWords(rel))
		case ReleaseWords(old) != ReleaseWords(rel):
			out = append(out, "  CHANGES "+ReleaseWords(rel), "  before  "+ReleaseWords(old))
		default:
			out = append(out, "  keeps   "+at)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(before)) {
		if _, kept := next[at]; !kept {
			out = append(out, "  TAKES AWAY "+at)
		}
	}
	if len(next) == 0 {
		out = append(out, "  offers nothing")
	}
	return out
}

// ReleaseWords is one release in a sentence.
func ReleaseWords(rel trust.Release) string {
	d := rel.Demands
	text := fmt.Sprintf("%s, release %d of %s, %d bytes, SHA-256 %s", rel.Path, rel.Number, rel.Line, rel.Length, rel.SHA256)
	if rel.Floor > 0 {
		text += fmt.Sprintf("; REVOKES every release below %d and allows the way back to %d", rel.Floor, rel.Floor)
	}
	var only []string
	for _, list := range []struct {
		of    string
		words []string
	}{{"for ", d.Arch}, {"on boards ", d.Boards}, {"with the delegate ", d.Delegates}} {
		if len(list.words) > 0 {
			only = append(only, list.of+strings.Join(list.words, " or "))
		}
	}
	if d.RAM > 0 {
		only = append(only, fmt.Sprintf("with at least %d MiB of memory", d.RAM))
	}
	if d.AgentMin != "" {
		only = append(only, "from dunlin "+d.AgentMin)
	}
	if d.AgentMax != "" {
		only = append(only, "up to dunlin "+d.AgentMax)
	}
	if len(only) > 0 {
		return text + "; only " + strings.Join(only, ", ")
	}
	return text + "; for every device"
}

func wordsOfDelegations(before, next *metadata.Delegations) []string {
	var out []string
	for _, d := range next.Roles {
		var old []string
		if before != nil {
			for _, b := range before.Roles {
				if b.Name == d.Name {
					old = b.KeyIDs
				}
			}
		}
		out = append(out, fmt.Sprintf("  %s signs %s with %d of %d keys", d.Name, strings.Join(d.Paths, " "), d.Threshold, len(d.KeyIDs)))
		out = append(out, wordsOfKeys(old, d.KeyIDs)...)
	}
	return out
}

func wordsOfKeys(before, next []string) []string {
	var out []string
	for _, id := range next {
		if !slices.Contains(before, id) {
			out = append(out, "    NEW KEY "+id)
		}
	}
	for _, id := range before {
		if !slices.Contains(next, id) {
			out = append(out, "    REVOKES KEY "+id)
		}
	}
	return out
}

func (r *Repository) wordsOfRoot() ([]string, error) {
	next, err := metadata.Root().FromFile(r.stagedPath(Root))
	if err != nil {
		return nil, fmt.Errorf("read staged root: %w", err)
	}
	before := metadata.Root()
	if v, err := r.newest(Root); err != nil {
		return nil, err
	} else if v > 0 {
		if before, err = r.root(); err != nil {
			return nil, err
		}
	}
	out := []string{head(Root, next.Signed.Version, next.Signed.Expires)}
	for _, role := range []string{metadata.ROOT, metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP} {
		n := next.Signed.Roles[role]
		var old []string
		if b := before.Signed.Roles[role]; b != nil {
			old = b.KeyIDs
		}
		out = append(out, fmt.Sprintf("  %s is signed with %d of %d keys", role, n.Threshold, len(n.KeyIDs)))
		out = append(out, wordsOfKeys(old, n.KeyIDs)...)
	}
	return out, nil
}
