package wrongpath

import (
	"strings"
	"syscall"
)

// Mend is what to put behind an error that ends with the system's words, which say only what the path is; empty for any
// other error.
func Mend(err error) string {
	switch text := err.Error(); {
	case strings.HasSuffix(text, syscall.EISDIR.Error()):
		return "; name a file in it"
	case strings.HasSuffix(text, syscall.ENOTDIR.Error()):
		return "; check the path: a folder in it is a file"
	}
	return ""
}
