package shelf

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// mostTries is how many starts of the agent may go on with one import: bytes that end the process must not do it for ever.
const mostTries = 3

// Resume finishes the imports that a crash interrupted. Its error joins what went wrong; each may be tried again.
func (s *Shelf) Resume(ctx context.Context) error {
	s.work.Lock()
	defer s.work.Unlock()
	var errs []error
	for _, v := range s.Versions() {
		if v.State == Offered || v.State == Accepted || v.State == Fetching {
			errs = append(errs, s.resume(ctx, File{Path: s.arrived(v.File), Name: v.From, SHA256: v.File, Size: v.Size}, v))
		}
	}
	return errors.Join(errs...)
}

// resume counts the try before it is made.
func (s *Shelf) resume(ctx context.Context, f File, v Version) error {
	if v.Tries >= mostTries {
		_, err := s.refuse(ctx, f, v, because(GivenUp, "the agent ended %d times while it took this in", v.Tries))
		return err
	}
	if _, err := s.step("resumed", f, func(v *Version) { v.Tries++ }); err != nil {
		return err
	}
	v, err := s.proceed(ctx, f)
	for isFull(err) && s.makeRoom(f.Size/2) { // a step that takes little more than it must
		v, err = s.proceed(ctx, f)
	}
	if err == nil || v.State == Refused || isFull(err) {
		return s.withoutRoom(f, err)
	}
	_, serr := s.step("postponed", f, func(v *Version) { v.Tries = 0 }) // the process lives
	return errors.Join(err, serr)
}

// again takes in the file of a verified version once more: its owner may have signed it since, or revoked it, and it mends
// a folder that the disk has damaged.
func (s *Shelf) again(ctx context.Context, f File, v Version) (Version, error) {
	v, err := s.askAgain(ctx, f, v)
	if err != nil {
		return v, err
	}
	if s.isWhole(v) {
		return v, nil
	}
	in, err := os.Open(f.Path)
	if err != nil {
		return v, fmt.Errorf("import bundle: %w", err)
	}
	defer in.Close()
	fsys, err := manifest.OpenZip(in, f.Size)
	if err != nil {
		return v, fmt.Errorf("import bundle: %w", err)
	}
	b, err := manifest.Open(fsys)
	if err == nil {
		err = s.mend(fsys, v, b)
	}
	if err != nil {
		return v, fmt.Errorf("import bundle: %w", err)
	}
	return v, nil
}

// askAgain asks whether a version is believed still, and notes what has changed. One that is not stays where it is, because
// a pipeline may use it; what is said against it stands beside it.
func (s *Shelf) askAgain(ctx context.Context, f File, v Version) (Version, error) {
	f.Signed, f.Holds = !v.Unsigned, v.Digest
	signed, err := s.cfg.Trust(ctx, f)
	switch {
	case err != nil && (ctx.Err() != nil || isPassing(err)):
		return v, fmt.Errorf("import bundle: %w", err)
	case err != nil:
		err = unbelieved(err)
		out, serr := s.step("doubted", f, func(v *Version) { v.Reason, v.Code = err.Error(), s.codeOf(err) })
		return out, errors.Join(refusal("import bundle: %w", err), serr)
	case signed && v.Unsigned && s.cfg.Installed != nil:
		if err := s.cfg.Installed(ctx, f); err != nil {
			return v, fmt.Errorf("import bundle: %w", err)
		}
	}
	if v.Reason == "" && signed == !v.Unsigned {
		return v, nil
	}
	v, err = s.step("believed", f, func(v *Version) { v.Unsigned, v.Reason, v.Code = v.Unsigned && !signed, "", "" })
	if err != nil {
		return v, fmt.Errorf("import bundle: %w", err)
	}
	return v, nil
}

// isWhole reports whether a version's folder still holds what was unpacked there.
func (s *Shelf) isWhole(v Version) bool {
	b, err := manifest.Open(os.DirFS(s.Path(v.folder())))
	return err == nil && b.Digest == v.Digest
}
