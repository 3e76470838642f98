package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Copy copies the file of a release from src to dst and compares it with what was signed, in constant memory. It never
// writes more than the signed length. Until it returns nil, what dst got is not to be believed.
func Copy(dst io.Writer, src io.Reader, r Release) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(dst, sum), io.LimitReader(src, r.Length))
	if err != nil {
		return fmt.Errorf("copy %s: %w", r.Path, err)
	}
	if n < r.Length {
		return refuse(ShortFile, "%s ends after %d of %d bytes", r.Path, n, r.Length)
	}
	var more [1]byte
	switch k, err := io.ReadFull(src, more[:]); {
	case k > 0:
		return refuse(LongFile, "%s goes on after its %d bytes", r.Path, r.Length)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("copy %s: %w", r.Path, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != r.SHA256 {
		return refuse(WrongDigest, "%s is not the file that was signed: its SHA-256 is %s, not %s", r.Path, got, r.SHA256)
	}
	return nil
}

// CheckFile compares a file with what was signed.
func CheckFile(path string, r Release) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check %s: %w", r.Path, err)
	}
	return errors.Join(Copy(io.Discard, f, r), f.Close())
}
