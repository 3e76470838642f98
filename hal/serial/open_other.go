//go:build !linux

package serial

import (
	"errors"
	"os"
)

func open(string, int) (*os.File, error) {
	return nil, errors.New("serial lines are read on Linux only")
}
