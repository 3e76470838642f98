package lines

import (
	"math"
	"strconv"
	"unsafe"
)

// Parse appends the numbers of a line to dst; an empty line and a comment have none. What says why the line cannot be
// used, and is empty when it can; dst may then hold some of its numbers.
func Parse(dst []float32, line []byte, channels int) (_ []float32, what string) {
	n := 0
	for i := 0; i < len(line); {
		if separates(line[i]) {
			i++
			continue
		}
		if n == 0 && line[i] == '#' {
			return dst, ""
		}
		end := i
		for end < len(line) && !separates(line[end]) {
			end++
		}
		v, ok := number(line[i:end])
		if !ok {
			return dst, "no number: " + strconv.QuoteToASCII(string(line[i:min(end, i+40)]))
		}
		if n++; n > channels {
			break
		}
		dst, i = append(dst, v), end
	}
	if n != 0 && n != channels {
		return dst, "not " + strconv.Itoa(channels) + " numbers on the line"
	}
	return dst, ""
}

func separates(c byte) bool {
	return c == ' ' || c == ',' || c == '\t' || c == ';' || c == '\r' || c == '\n'
}

func number(field []byte) (float32, bool) {
	if s := string(field); s == "nan" || s == "NaN" || s == "NAN" {
		return float32(math.NaN()), true
	}
	for _, c := range field {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	// ParseFloat keeps no part of its argument; a string of its own per value would be garbage on every line.
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(field), len(field)), 32)
	return float32(v), err == nil
}
