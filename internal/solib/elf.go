package solib

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// machines are the e_machine values of the ELF header that a user may mix up, and Go's names for them.
var machines = map[uint16]string{3: "386", 40: "arm", 62: "amd64", 183: "arm64", 243: "riscv64"}

// CheckFile looks at a library's ELF header, because the loader's own message about a foreign architecture names none.
func CheckFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [20]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:4]) != "\x7fELF" {
		return errors.New("not a shared library")
	}
	machine := binary.LittleEndian.Uint16(head[18:])
	if machines[machine] == runtime.GOARCH {
		return nil
	}
	name, known := machines[machine]
	if !known {
		name = fmt.Sprintf("ELF machine %d", machine)
	}
	return fmt.Errorf("made for %s, this program is %s", name, runtime.GOARCH)
}
