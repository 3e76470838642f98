package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/verify"
)

// verifyCommand recomputes the completeness invariant. It ends with an error, exit code 1, when the invariant does not
// hold or the database cannot be read, 3 when there is none and 2 when the file is something else.
func verifyCommand() *cobra.Command {
	var path string
	format := verifyFormat("text")
	c := &cobra.Command{
		Use:   "verify --db FILE",
		Short: "Recompute from the rows that every record is delivered once or a gap with a cause",
		Long: `Recomputes, for every device, stream and epoch, that delivered and gaps together are all numbers that were
acknowledged, that no number is both, that every gap has a cause, and that every delivered number has exactly one row.
It only reads, and may run while the hub does.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return &usageError{"verify needs --db FILE: the hub prints the place of its database when it starts"}
			}
			return verifyDatabase(c.Context(), c.OutOrStdout(), path, format)
		},
	}
	c.Flags().StringVar(&path, "db", "", "the hub's database `file`")
	c.Flags().VarP(&format, "output", "o", "text or json")
	return c
}

// verifyFormat is a flag, so that a wrong one is an error of usage.
type verifyFormat string

func (f *verifyFormat) String() string { return string(*f) }
func (f *verifyFormat) Type() string   { return "format" }
func (f *verifyFormat) Set(s string) error {
	if s != "text" && s != "json" {
		return fmt.Errorf("want text or json, not %q", s)
	}
	*f = verifyFormat(s)
	return nil
}

func verifyDatabase(ctx context.Context, w io.Writer, path string, format verifyFormat) error {
	db, err := store.OpenReader(path)
	if errors.Is(err, fs.ErrNotExist) {
		return withCode(exitAbsent, fmt.Errorf("verify %q: there is no database there: the hub prints its place when it starts", path))
	}
	if err != nil {
		return err
	}
	defer db.Close()
	report, err := verify.Database(ctx, db)
	if errors.Is(err, store.ErrNotDatabase) {
		return withCode(exitUsage, fmt.Errorf("verify %q: %w: the hub prints the place of its database when it starts", path, store.ErrNotDatabase))
	}
	if err != nil {
		return err
	}
	show := verifyText
	if format == "json" {
		show = verifyJSON
	}
	if err := show(w, report); err != nil {
		return err
	}
	if !report.Clean() {
		return fmt.Errorf("verify %q: the invariant does not hold in %d places, the first: %s", path, report.Faults, report.First)
	}
	return nil
}

func verifyJSON(w io.Writer, r *verify.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// verifyText prints one line per device, stream and epoch, its faults below it, and the sum.
func verifyText(w io.Writer, r *verify.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range r.Lines {
		fmt.Fprintf(t, "%s\t%s\tepoch %.8s\t1 to %d\tdelivered %d\t%s\twaiting %d\n",
			l.Device, l.Stream, l.Epoch, l.UpTo, l.Delivered, gapsText(l.Gaps), l.Waiting)
		for _, f := range l.Faults {
			fmt.Fprintf(t, "  FAULT: %s\n", f)
		}
	}
	verdict := "every record exactly once, every gap with a cause"
	if !r.Clean() {
		verdict = fmt.Sprintf("%d faults", r.Faults)
	}
	fmt.Fprintf(t, "total: delivered %d, gaps %d, waiting %d: %s\n", r.Delivered, r.Gaps, r.Waiting, verdict)
	return t.Flush()
}

func gapsText(gaps map[string]uint64) string {
	if len(gaps) == 0 {
		return "no gaps"
	}
	var parts []string
	for cause, n := range gaps {
		parts = append(parts, fmt.Sprintf("%s %d", cause, n))
	}
	slices.Sort(parts)
	return "gaps: " + strings.Join(parts, ", ")
}
