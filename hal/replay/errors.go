package replay

import "fmt"

// SyntaxError is the first thing wrong with a recording. Line and Col count from 1; Col counts bytes.
type SyntaxError struct {
	File string
	Line int
	Col  int
	What string
	Fix  string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s; %s", e.File, e.Line, e.Col, e.What, e.Fix)
}
