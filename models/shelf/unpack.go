package shelf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// unpack makes the folder of an accepted version. The folder gets its name when every file in it is on the disk.
func (s *Shelf) unpack(ctx context.Context, f File, v Version) (Version, error) {
	in, err := os.Open(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return s.refuse(ctx, f, v, because(FileGone, "its file is gone: import it again"))
	}
	if err != nil {
		return v, fmt.Errorf("import bundle: %w", err)
	}
	defer in.Close()
	if err := intact(in, f); err != nil {
		return s.refuse(ctx, f, v, err)
	}
	fsys, err := manifest.OpenZip(in, f.Size)
	if err != nil {
		return s.refuse(ctx, f, v, err)
	}
	b, err := manifest.Open(fsys)
	if err != nil {
		return s.refuse(ctx, f, v, err)
	}
	if v, err = s.step("fetching", f, func(v *Version) {
		v.State, v.Name, v.Version, v.Digest = Fetching, b.Name, b.Version, b.Digest
	}); err != nil {
		return v, err
	}
	if err := s.single(v); err != nil {
		return s.refuse(ctx, f, v, err)
	}
	if v, ok, err := s.adopt(ctx, f, v, fsys, b); ok || err != nil {
		return v, err
	}
	size, err := s.write(fsys, v, b)
	if err != nil {
		return s.refuse(ctx, f, v, err)
	}
	return s.finish(ctx, f, v, size)
}

// intact reads the file once more: what was believed is what is unpacked, also after a restart.
func intact(in io.ReadSeeker, f File) error {
	sum := sha256.New()
	n, err := io.Copy(sum, in)
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Path, err)
	}
	if n != f.Size || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return because(FileGone, "file %.12s has changed on the disk: import it again", f.SHA256)
	}
	return nil
}

// single refuses a number that stands for something else already: a version means one thing for ever.
func (s *Shelf) single(v Version) (err error) {
	s.read(func(st *state) {
		for _, other := range st.Versions {
			if other.State == Verified && other.Name == v.Name && other.Version == v.Version && other.Digest != v.Digest {
				err = because(OtherContent, "%s is here with another content (manifest %.12s, not %.12s): give the new one a new version", v.Ref(), other.Digest, v.Digest)
			}
		}
	})
	return err
}

// adopt lets the folder of the same content stand for this file too: its record takes the file's name.
func (s *Shelf) adopt(ctx context.Context, f File, v Version, fsys fs.FS, b *manifest.Bundle) (out Version, ok bool, err error) {
	var twin string
	s.read(func(st *state) {
		for _, other := range st.Versions {
			if other.State == Verified && other.Digest == v.Digest {
				twin = other.File
			}
		}
	})
	if twin == "" {
		return out, false, nil
	}
	err = s.mend(fsys, v, b)
	if err == nil {
		err = s.approve(ctx, f)
	}
	if err != nil {
		out, err = s.refuse(ctx, f, v, err)
		return out, false, err
	}
	err = s.update("adopted", func(st *state) error {
		unsigned := st.file(f.SHA256).Unsigned
		st.Versions = slices.DeleteFunc(st.Versions, func(v Version) bool { return v.File == f.SHA256 })
		v := st.file(twin)
		if out = *v; unsigned && !v.Unsigned {
			return nil // the same content in a file that nobody signed takes no signature away
		}
		v.File, v.Size, v.From, v.Unsigned, v.Reason, v.Code = f.SHA256, f.Size, f.Name, unsigned, "", ""
		out = *v
		return nil
	})
	if err == nil {
		err = s.installed(f, out)
	}
	return out, true, err
}

// mend writes the folder of a version again when it is not whole.
func (s *Shelf) mend(fsys fs.FS, v Version, b *manifest.Bundle) error {
	if s.isWhole(v) {
		return nil
	}
	s.cfg.Logger.Warn("folder is damaged: it is written again", "folder", v.folder())
	_, err := s.write(fsys, v, b)
	return err
}

// write copies the files of a bundle into a new folder, then names it. What a crash left is written again.
func (s *Shelf) write(fsys fs.FS, v Version, b *manifest.Bundle) (size int64, err error) {
	files := map[string]string{manifest.File: b.Digest}
	maps.Copy(files, b.Files)
	dir := s.Path(v.folder())
	draft := dir + newMark
	if err := os.RemoveAll(draft); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(draft, 0o755); err != nil {
		return 0, err
	}
	s.cfg.Hook("unpack.begun")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n, err := copyFile(filepath.Join(draft, name), fsys, name, files[name])
		if err != nil {
			return 0, errors.Join(err, os.RemoveAll(draft))
		}
		size += n
		s.cfg.Hook("unpack.file")
	}
	if err := errors.Join(atomicfile.SyncDir(draft), os.RemoveAll(dir), os.Rename(draft, dir), atomicfile.SyncDir(filepath.Dir(dir)), atomicfile.SyncDir(s.root)); err != nil {
		return 0, err
	}
	s.cfg.Hook("unpack.done")
	return size, nil
}

func copyFile(path string, fsys fs.FS, name, digest string) (n int64, err error) {
	in, err := fsys.Open(name)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	sum := sha256.New()
	n, err = io.Copy(io.MultiWriter(out, sum), in)
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != strings.ToLower(digest) {
		err = fmt.Errorf("%s: %w", name, manifest.ErrDigest)
	}
	return n, errors.Join(err, out.Sync(), out.Close())
}

// finish says that the folder is there, and makes room; a version that is there is no failed import because others stay.
func (s *Shelf) finish(ctx context.Context, f File, v Version, size int64) (Version, error) {
	if err := s.approve(ctx, f); err != nil {
		return s.refuse(ctx, f, v, err)
	}
	v, err := s.step("verified", f, func(v *Version) { v.State, v.Bytes, v.Reason, v.Tries = Verified, size, "", 0 })
	if err != nil {
		return v, err
	}
	if _, err := s.prune(v.Folder(), s.cfg.Budget); err != nil {
		s.cfg.Logger.Warn("shelf is not pruned; the next import tries again", "err", err)
	}
	return v, s.installed(f, v)
}

// approve tells whoever decided that the version is taken.
func (s *Shelf) approve(ctx context.Context, f File) error {
	var v Version
	s.read(func(st *state) { v = *st.file(f.SHA256) })
	if s.cfg.Installed == nil || v.Unsigned {
		return nil
	}
	f.Holds = v.Digest
	err := s.cfg.Installed(ctx, f)
	s.cfg.Hook("approved.done")
	return err
}

// installed drops the file, which nobody needs any more.
func (s *Shelf) installed(f File, v Version) error {
	s.cfg.Logger.Info("bundle is on the shelf", "model", v.Ref(), "manifest", v.Digest[:digits], "signed", !v.Unsigned)
	return s.discard(f.SHA256)
}

// isPassing tells trouble of the machine from a bundle that is wrong.
func isPassing(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EIO, syscall.EROFS, syscall.EMFILE, syscall.ENFILE, syscall.EDQUOT, syscall.EACCES, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
