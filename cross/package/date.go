package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// sourceDate is the time that files in the package carry: $SOURCE_DATE_EPOCH, else the newest commit's.
func sourceDate() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.Command("git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("date of the newest commit: %w; set SOURCE_DATE_EPOCH", err)
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// changelog is Debian's: the real one is CHANGELOG.md.
func changelog(version string, at time.Time) []byte {
	return fmt.Appendf(nil, "dunlin (%s) unstable; urgency=medium\n\n  * Release %[1]s: /usr/share/doc/dunlin/changelog.gz says what is new.\n\n -- The Dunlin authors <dunlin@users.noreply.github.com>  %s\n",
		version, at.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

// squeeze compresses without a name or date of its own.
func squeeze(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
