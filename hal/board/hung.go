package board

import (
	"fmt"
	"os"
)

// hung is a device that was closed while a call was stuck in the kernel. The call holds a thread and the file until the
// kernel returns; whoever opened the device again meanwhile would only lose another of each, with every try.
type hung struct {
	file os.FileInfo
	why  func() error // nil when the call has returned
}

// hangs is the error of a device that hangs still; it holds mu. One that was plugged in anew is another device.
func (b *Board) hangs(name string, file os.FileInfo) error {
	h, known := b.hung[name]
	if !known {
		return nil
	}
	if err := h.why(); err != nil && same(h.file, file) {
		return fmt.Errorf("open %s: %w; it opens by itself when the kernel lets go of it, or else restart the machine", name, err)
	}
	delete(b.hung, name)
	return nil
}

func same(a, b os.FileInfo) bool { return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) }
