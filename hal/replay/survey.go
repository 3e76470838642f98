package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// part is a stretch of rows that share recording and label.
type part struct {
	name, label string
	fresh       bool // not the same recording as the part before
	rows        int
}

// survey is what one reading of a whole file has found.
type survey struct {
	header Header
	period time.Duration // zero when the recording is uneven
	parts  []part
}

// look reads a file from end to end.
func look(path string) (survey, error) {
	f, err := os.Open(path)
	if err != nil {
		return survey{}, notThere(path, err)
	}
	s, err := lookThrough(path, f)
	return s, errors.Join(err, f.Close())
}

func lookThrough(path string, in io.Reader) (survey, error) {
	r, err := NewReader(path, in)
	if err != nil {
		return survey{}, err
	}
	s := survey{header: r.Header()}
	line := timeline{reader: r, period: s.header.Rate.Period()}
	var row Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return survey{}, err
		}
		if _, _, err := line.next(&row); err != nil {
			return survey{}, err
		}
		s.add(path, &row)
	}
	if len(s.parts) == 0 {
		return survey{}, r.wrong(1, "no rows", "record at least one sample")
	}
	if s.period = line.period; s.period <= 0 && !s.header.Uneven {
		return survey{}, r.wrong(1, "no rate", `add a line "# rate_hz: 10" at the top, or "# rate_hz: none" where each sample has a time of its own`)
	}
	return s, nil
}

func (s *survey) add(path string, row *Row) {
	name := row.Recording
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if n := len(s.parts); n > 0 && s.parts[n-1].name == name && s.parts[n-1].label == row.Label {
		s.parts[n-1].rows++
		return
	}
	fresh := len(s.parts) == 0 || s.parts[len(s.parts)-1].name != name
	s.parts = append(s.parts, part{name: name, label: row.Label, fresh: fresh, rows: 1})
}

// timeline follows the time column of a file and finds where samples are missing.
type timeline struct {
	reader *Reader
	period time.Duration // zero until two rows have told it, and always when the recording is uneven
	last   float64
	name   string
	begun  bool
}

// next is how much later a row is than one that follows at once, and whether samples are missing before it. What follows
// at once comes a period after the row before; in an uneven recording, with it.
func (t *timeline) next(row *Row) (ahead time.Duration, missing bool, err error) {
	if !t.reader.header.Timed {
		return 0, row.Gap, nil
	}
	if !t.begun || row.Recording != t.name { // each recording may begin at zero
		t.begun, t.name, t.last = true, row.Recording, row.Time
		return 0, false, nil
	}
	step := row.Time - t.last
	t.last = row.Time
	if !(step > 0) || step > 1e9 {
		return 0, false, t.reader.wrong(1, fmt.Sprintf("time goes from one row to the next by %g s", step), "sort the rows by time")
	}
	passed := max(time.Duration(step*float64(time.Second)), 1)
	switch {
	case t.reader.header.Uneven:
		return passed, row.Gap, nil
	case t.period == 0:
		t.period = passed
	case passed < t.period/2:
		return 0, false, t.reader.wrong(1, fmt.Sprintf("only %v since the last row", passed), fmt.Sprintf("set rate_hz right: it means %v", t.period))
	case passed > t.period*3/2:
		return passed - t.period, true, nil
	}
	return 0, row.Gap, nil
}
