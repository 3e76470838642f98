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
	period time.Duration
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
		if _, err := line.next(&row); err != nil {
			return survey{}, err
		}
		s.add(path, &row)
	}
	if len(s.parts) == 0 {
		return survey{}, r.wrong(1, "no rows", "record at least one sample")
	}
	if s.period = line.period; s.period <= 0 {
		return survey{}, r.wrong(1, "no rate", `add a line "# rate_hz: 10" at the top`)
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
	period time.Duration // zero until two rows have told it
	last   float64
	name   string
	begun  bool
}

// next is how long before this row samples are missing: zero when the row follows the one before.
func (t *timeline) next(row *Row) (gap time.Duration, err error) {
	if !t.reader.header.Timed {
		return 0, nil
	}
	if !t.begun || row.Recording != t.name { // each recording may begin at zero
		t.begun, t.name, t.last = true, row.Recording, row.Time
		return 0, nil
	}
	step := row.Time - t.last
	t.last = row.Time
	if !(step > 0) || step > 1e9 {
		return 0, t.reader.wrong(1, fmt.Sprintf("time goes from one row to the next by %g s", step), "sort the rows by time")
	}
	passed := time.Duration(step * float64(time.Second))
	if t.period == 0 {
		t.period = max(passed, 1)
		return 0, nil
	}
	if passed < t.period/2 {
		return 0, t.reader.wrong(1, fmt.Sprintf("only %v since the last row", passed), fmt.Sprintf("set rate_hz right: it means %v", t.period))
	}
	if passed > t.period*3/2 {
		return passed - t.period, nil
	}
	return 0, nil
}
