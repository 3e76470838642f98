package shelf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Import takes in the file of a bundle from r, to its end; name is what whoever gives it calls it, and may be empty. Bytes
// that the shelf knows already are no error. The error wraps ErrRefused when the bytes are the cause; the refusal is
// remembered.
func (s *Shelf) Import(ctx context.Context, name string, r io.Reader) (Version, error) {
	s.work.Lock()
	defer s.work.Unlock()
	f, err := s.receive(ctx, r)
	if err != nil {
		return Version{}, s.withoutRoom(f, fmt.Errorf("import bundle: %w", err))
	}
	f.Name = legible(name)
	v, err := s.take(ctx, f)
	for isFull(err) && s.makeRoom(f.Size/2) { // a step that takes little more than it must
		v, err = s.take(ctx, f)
	}
	return v, s.withoutRoom(f, err)
}

// take brings a file that has arrived to its end.
func (s *Shelf) take(ctx context.Context, f File) (Version, error) {
	var known *Version
	s.read(func(st *state) {
		if v := st.file(f.SHA256); v != nil && v.State == Verified {
			c := *v
			known = &c
		}
	})
	if known != nil {
		v, err := s.again(ctx, f, *known)
		if isFull(err) {
			return v, err // the file is wanted still
		}
		return v, errors.Join(err, s.discard(f.SHA256))
	}
	if err := s.update("offered", func(st *state) error { return st.offer(f) }); err != nil {
		return Version{}, fmt.Errorf("import bundle: %w", err)
	}
	return s.proceed(ctx, f)
}

func (st *state) offer(f File) error {
	st.Versions = slices.DeleteFunc(st.Versions, func(v Version) bool { return v.File == f.SHA256 })
	st.Count++
	st.Versions = append(st.Versions, Version{File: f.SHA256, Size: f.Size, From: f.Name, State: Offered, Order: st.Count})
	return nil
}

// receive puts the bytes under their digest's name, whole or not at all; of a file that did not come whole, Size is what came.
func (s *Shelf) receive(ctx context.Context, r io.Reader) (File, error) {
	out, err := os.CreateTemp(filepath.Join(s.root, incoming), ".part-*")
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(&checked{ctx, r}, s.cfg.Most+1))
	if err == nil && n > s.cfg.Most {
		err = refusal("it has more than %d bytes", s.cfg.Most)
	}
	f := File{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}
	f.Path = s.arrived(f.SHA256)
	err = errors.Join(err, out.Sync(), out.Close())
	s.cfg.Hook("received.before")
	if err == nil {
		err = os.Rename(out.Name(), f.Path)
	}
	if err != nil {
		return File{Size: n}, errors.Join(err, os.Remove(out.Name()))
	}
	err = atomicfile.SyncDir(filepath.Dir(f.Path))
	s.cfg.Hook("received.done")
	return f, err
}

// legible is the last part of a name, as far as it fits a table and a log.
func legible(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, filepath.Base(name))
	if name == "." || name == "/" {
		return ""
	}
	return strings.ToValidUTF8(name[:min(len(name), mostName)], "")
}

func (s *Shelf) arrived(sum string) string {
	return filepath.Join(s.root, incoming, sum+manifest.Suffix)
}

// checked ends a copy when its context has ended.
type checked struct {
	ctx context.Context
	r   io.Reader
}

func (c *checked) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// proceed takes a version whose file is here to its end, from whatever state it is in.
func (s *Shelf) proceed(ctx context.Context, f File) (Version, error) {
	var v Version
	s.read(func(st *state) { v = *st.file(f.SHA256) })
	if v.State == Offered {
		signed, err := s.cfg.Trust(ctx, f)
		if err != nil {
			return s.refuse(ctx, f, v, unbelieved(err))
		}
		if v, err = s.step("accepted", f, func(v *Version) { v.State, v.Unsigned = Accepted, !signed }); err != nil {
			return v, err
		}
	}
	return s.unpack(ctx, f, v)
}

// unbelieved is a refusal of Trust, as people read it; one that says what is wrong with the bundle itself needs no more.
func unbelieved(err error) error {
	if manifest.CodeOf(err) != "" {
		return err
	}
	return fmt.Errorf("it is not to be believed: %w", err)
}

// step changes the record of one version.
func (s *Shelf) step(point string, f File, change func(*Version)) (out Version, err error) {
	err = s.update(point, func(st *state) error {
		v := st.file(f.SHA256)
		if v == nil {
			return fmt.Errorf("file %.12s: %w", f.SHA256, ErrUnknown)
		}
		change(v)
		out = *v
		return nil
	})
	return out, err
}

// refuse remembers why; a cause that lies in this moment, not in the bundle, leaves the version to Resume.
func (s *Shelf) refuse(ctx context.Context, f File, v Version, cause error) (Version, error) {
	if ctx.Err() != nil || isPassing(cause) {
		return v, fmt.Errorf("import bundle: %w", cause)
	}
	out, err := s.step("refused", f, func(v *Version) { v.State, v.Reason, v.Code = Refused, cause.Error(), s.codeOf(cause) })
	if err != nil {
		return v, errors.Join(cause, err)
	}
	s.cfg.Logger.Warn("bundle is refused", "file", f.SHA256, "reason", cause)
	err = errors.Join(s.discard(f.SHA256), s.forget())
	return out, errors.Join(refusal("import bundle: %w", cause), err)
}

// discard removes a file that is needed no more; a crash before it leaves the file to sweep.
func (s *Shelf) discard(sum string) error {
	err := os.Remove(s.arrived(sum))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	s.cfg.Hook("discarded.done")
	return err
}

// forget drops the oldest refusals.
func (s *Shelf) forget() error {
	over := -keptRefused
	s.read(func(st *state) {
		for _, v := range st.Versions {
			if v.State == Refused {
				over++
			}
		}
	})
	if over <= 0 {
		return nil
	}
	return s.update("forgotten", func(st *state) error {
		st.Versions = slices.DeleteFunc(st.Versions, func(v Version) bool {
			if v.State != Refused || over <= 0 {
				return false
			}
			over--
			return true
		})
		return nil
	})
}
