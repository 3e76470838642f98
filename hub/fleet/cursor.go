package fleet

import (
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hub/store"
)

// Cursor names one record of a stream: its epoch in hex, a dash, its number. The empty cursor is before all of them.
type Cursor string

func cursorOf(s store.Stamp) Cursor {
	return Cursor(s.Epoch.String() + "-" + strconv.FormatUint(s.Number, 10))
}

// reached reports whether a list that runs from the newest record back has come to c or beyond it. The list is epoch by
// epoch, so only numbers of c's own epoch can be beyond it.
func (c Cursor) reached(s store.Stamp) bool {
	epoch, number, ok := strings.Cut(string(c), "-")
	if !ok || epoch != s.Epoch.String() {
		return false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	return err == nil && s.Number <= n
}
