package wire

import (
	"strings"
	"unicode/utf8"
)

// Clip makes any text one that a record may hold: what is no UTF-8 becomes U+FFFD, and what is too long ends with an
// ellipsis.
func Clip(text string) string {
	const ellipsis = "…"
	if len(text) <= MaxText && utf8.ValidString(text) {
		return text
	}
	text = strings.ToValidUTF8(text[:min(len(text), 2*MaxText)], "\uFFFD")
	if len(text) <= MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxText-len(ellipsis)], "") + ellipsis
}
