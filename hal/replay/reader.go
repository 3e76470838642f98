package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unsafe"
)

// gapLine stands between two rows where samples are missing.
const gapLine = "# gap"

// Reader reads the rows of a recording from a stream, holding one line at a time.
type Reader struct {
	file   string
	in     *bufio.Reader
	line   int
	header Header
	cols   columns
}

// Row is one sample. Next overwrites it; Label and Recording stay as they are while their text does not change.
type Row struct {
	Line      int
	Time      float64   // seconds; zero without a time column
	Values    []float32 // one per channel; NaN where the value is missing
	Label     string    // of the row, or of the whole recording
	Recording string
	Gap       bool // samples are missing before this one: a line "# gap" says so
}

// NewReader reads up to the header. file is the name that errors begin with. Errors are a *SyntaxError, or what in
// returned.
func NewReader(file string, in io.Reader) (*Reader, error) {
	r := &Reader{file: file, in: bufio.NewReaderSize(in, maxLine), header: Header{Meta: make(map[string]string)}}
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil, r.wrong(1, "no header", "begin with column names and units, as t[s],ax[m/s2]")
		}
		if err != nil {
			return nil, err
		}
		if len(line) > 0 && line[0] == '#' {
			if err := r.meta(string(line)); err != nil {
				return nil, err
			}
			continue
		}
		if err := r.head(string(line)); err != nil {
			return nil, err
		}
		return r, nil
	}
}

// Next reads one row into row. It returns io.EOF after the last one, unwrapped.
func (r *Reader) Next(row *Row) error {
	row.Gap = false
	for {
		line, err := r.next()
		if err != nil {
			return err
		}
		if line[0] != '#' {
			row.Line = r.line
			return r.row(row, line)
		}
		row.Gap = row.Gap || string(line) == gapLine
	}
}

// next is the next line that is not empty, without its end.
func (r *Reader) next() ([]byte, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			r.line++
			return nil, r.wrong(1, fmt.Sprintf("line is longer than %d bytes", maxLine), "one sample stands on one line")
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read %s: %w", r.file, err)
		}
		if len(line) == 0 {
			return nil, io.EOF
		}
		r.line++
		if line, err = r.trim(line); err != nil {
			return nil, err
		}
		if len(line) > 0 {
			return line, nil
		}
	}
}

// trim takes away line ends, blanks and a byte order mark, and refuses what is no text of ours.
func (r *Reader) trim(line []byte) ([]byte, error) {
	if r.line == 1 {
		if bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
			return nil, r.wrong(1, "the file is UTF-16", "save it as UTF-8 text")
		}
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	line = bytes.TrimRight(bytes.TrimSuffix(line, []byte("\n")), "\r")
	if i := bytes.IndexAny(line, "\r\x00"); i >= 0 {
		return nil, r.wrong(i+1, fmt.Sprintf("control character %#x inside a line", line[i]), "save the file as plain text with line feeds")
	}
	return bytes.Trim(line, " \t"), nil
}

func (r *Reader) row(row *Row, line []byte) error {
	if cap(row.Values) < len(r.header.Channels) {
		row.Values = make([]float32, 0, len(r.header.Channels))
	}
	row.Values, row.Label = row.Values[:0], r.keepLabel(row.Label)
	whole, col := line, 1
	for i := range r.cols.count {
		field, rest, more := bytes.Cut(line, []byte(","))
		if more != (i < r.cols.count-1) {
			return r.wrong(1, fmt.Sprintf("%d columns, not %d", bytes.Count(whole, []byte(","))+1, r.cols.count), "give every row one value for each column of the header")
		}
		if err := r.field(row, i, col, bytes.Trim(field, " \t")); err != nil {
			return err
		}
		col += len(field) + 1
		line = rest
	}
	return nil
}

// keepLabel is the label of the whole recording unless rows have their own.
func (r *Reader) keepLabel(last string) string {
	if r.cols.label >= 0 {
		return last
	}
	return r.header.Label
}

func (r *Reader) field(row *Row, i, col int, field []byte) error {
	switch i {
	case r.cols.label:
		return r.text(&row.Label, field, col)
	case r.cols.recording:
		return r.text(&row.Recording, field, col)
	case r.cols.time:
		t, err := r.number(field, col, 64)
		if err == nil && t != t {
			err = r.wrong(col, "time is missing", "give every row its time, or leave the column out")
		}
		row.Time = t * r.cols.unit
		return err
	}
	v, err := r.number(field, col, 32)
	row.Values = append(row.Values, float32(v))
	return err
}

// text keeps the old string while the field does not change: a label of a thousand rows is one string.
func (r *Reader) text(s *string, field []byte, col int) error {
	if len(field) >= 2 && field[0] == '"' && field[len(field)-1] == '"' {
		field = field[1 : len(field)-1]
	}
	if bytes.IndexByte(field, '"') >= 0 {
		return r.wrong(col, "a quote inside a label", "use labels without quotes and commas")
	}
	if string(field) != *s {
		*s = string(field)
	}
	return nil
}

// number reads a decimal number, or nan for one that is missing.
func (r *Reader) number(field []byte, col, bits int) (float64, error) {
	if len(field) == 0 {
		return 0, r.wrong(col, "a value is missing", "write nan where there is none")
	}
	if len(field) == 3 && (string(field) == "nan" || string(field) == "NaN" || string(field) == "NAN") {
		return math.NaN(), nil
	}
	if !decimal(field) {
		return 0, r.wrong(col, fmt.Sprintf("%.40q is not a number", field), "write numbers as -1.25 or 3e-4, and nan where there is none")
	}
	// ParseFloat keeps no part of its argument; a string of its own per value would be garbage on every row.
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(field), len(field)), bits)
	if errors.Is(err, strconv.ErrRange) {
		return 0, r.wrong(col, fmt.Sprintf("%.40q is beyond float%d", field, bits), "scale the column and say so in its unit")
	}
	if err != nil {
		return 0, r.wrong(col, fmt.Sprintf("%.40q is not a number", field), "write numbers as -1.25 or 3e-4, and nan where there is none")
	}
	return v, nil
}

// decimal keeps out what ParseFloat takes and no recording means: hexadecimal, underscores, inf.
func decimal(field []byte) bool {
	for _, c := range field {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

func (r *Reader) wrong(col int, what, fix string) error {
	return &SyntaxError{File: r.file, Line: max(r.line, 1), Col: col, What: what, Fix: fix}
}
