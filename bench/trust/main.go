// Command trust measures what it costs a device to believe: one refresh that walks a chain of five roots and takes a
// repository of 50 releases with selectors and floors from a folder; alone, and with what it keeps made durable, which
// is a figure of the disk more than of the code. One verification of an Ed25519 signature, of which a refresh makes some
// 25, says how fast the machine is.
//
// The repository is made by hub/release, as dunlin-hub makes it. Bytes are those of all files that the device fetches;
// compressed means DEFLATE over all of them in one stream.
package main

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/firmware/trust"
)

const (
	roots    = 5
	models   = 50
	rounds   = 40
	maxTime  = 10 * time.Millisecond
	maxBytes = 30_000
	maxSmall = 10_000
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "trust:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "dunlin-trust-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root, err := makeRepository(dir)
	if err != nil {
		return err
	}
	fetched := map[string][]byte{}
	var whole, memory []float64
	for i := range rounds {
		took, err := refresh(ctx, dir, fmt.Sprintf("disk-%d", i), root, fetched, nil)
		if err != nil {
			return err
		}
		bare, err := refresh(ctx, dir, fmt.Sprintf("memory-%d", i), root, fetched, func(string, []byte, os.FileMode) error { return nil })
		if err != nil {
			return err
		}
		whole, memory = append(whole, took), append(memory, bare)
	}
	one, err := verification()
	if err != nil {
		return err
	}
	return print(report.Median(whole), report.Median(memory), one, fetched)
}

// verification is the median time of one, in seconds, on as many bytes as a root has.
func verification() (float64, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return 0, err
	}
	message := make([]byte, 3000)
	signature := ed25519.Sign(private, message)
	times := make([]float64, 25*rounds)
	for i := range times {
		start := time.Now()
		if !ed25519.Verify(public, message, signature) {
			return 0, errors.New("a signature does not verify")
		}
		times[i] = time.Since(start).Seconds()
	}
	return report.Median(times), nil
}

func print(whole, memory, one float64, fetched map[string][]byte) error {
	size := 0
	for _, data := range fetched {
		size += len(data)
	}
	small, err := compressed(fetched)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("trust: %d roots, %d releases with selectors and floors", roots, models)
	return errors.Join(
		report.Print(os.Stdout, report.Line{Figure: what + ", one refresh without the disk", Target: "<= 10 ms",
			Result: fmt.Sprintf("%.1f ms", memory*1e3), OK: report.Met(memory <= maxTime.Seconds())}),
		report.Print(os.Stdout, report.Line{Figure: what + ", with the four files fsynced to this disk", Target: "reported",
			Result: fmt.Sprintf("%.1f ms", whole*1e3)}),
		report.Print(os.Stdout, report.Line{Figure: "one verification of an Ed25519 signature on this machine", Target: "",
			Result: fmt.Sprintf("%.0f us; a refresh without the disk takes as long as %.0f", one*1e6, memory/one)}),
		report.Print(os.Stdout, report.Line{Figure: what + ", metadata", Target: "<= 30 kB",
			Result: fmt.Sprintf("%.1f kB", float64(size)/1e3), OK: report.Met(size <= maxBytes)}),
		report.Print(os.Stdout, report.Line{Figure: what + ", metadata compressed", Target: "<= 10 kB",
			Result: fmt.Sprintf("%.1f kB", float64(small)/1e3), OK: report.Met(small <= maxSmall)}),
	)
}

func compressed(files map[string][]byte) (int, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return 0, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, err := w.Write(files[name]); err != nil {
			return 0, err
		}
	}
	err = w.Close()
	return out.Len(), err
}

// refresh enrols a device with the first root and times its first refresh.
func refresh(ctx context.Context, dir, name string, root []byte, fetched map[string][]byte, write func(string, []byte, os.FileMode) error) (float64, error) {
	sum := sha256.Sum256(root)
	cfg := trust.Config{Dir: filepath.Join(dir, name)}
	if err := trust.Init(cfg, root, hex.EncodeToString(sum[:])); err != nil {
		return 0, err
	}
	cfg.Write = write
	store, err := trust.Open(cfg)
	if err != nil {
		return 0, err
	}
	folder := trust.Folder(filepath.Join(dir, "repo"))
	start := time.Now()
	_, err = store.Refresh(ctx, func(ctx context.Context, name string, most int64) ([]byte, error) {
		data, err := folder(ctx, name, most)
		if !errors.Is(err, fs.ErrNotExist) {
			fetched[name] = data
		}
		return data, err
	})
	took := time.Since(start)
	if n := len(store.Status().Releases); err == nil && n != models {
		err = fmt.Errorf("%d releases after a refresh", n)
	}
	return took.Seconds(), err
}
