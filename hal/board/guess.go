package board

import (
	"fmt"
	"slices"
	"strings"
)

// Guess is what a chip probably is. The zero value is unknown.
type Guess struct {
	Chips []string // one when it identified itself, several when only the address speaks
	Proof string   // "register 0xd0 reads 0x60"; empty when only the address speaks
}

func (g Guess) String() string {
	switch {
	case len(g.Chips) == 0 && g.Proof == "":
		return "unknown"
	case len(g.Chips) == 0:
		return fmt.Sprintf("unknown (%s)", g.Proof)
	case g.Proof == "":
		return fmt.Sprintf("perhaps %s (by its address)", strings.Join(g.Chips, " or "))
	}
	return fmt.Sprintf("%s (%s)", strings.Join(g.Chips, " or "), g.Proof)
}

// identity is one way to know a chip.
type identity struct {
	chip      string
	addresses []uint16
	// register is written, and bytes are read after a repeated start; none where a chip has no identity or takes
	// written bytes as commands.
	register []byte
	bytes    int
	mask     uint32 // bits that count; zero means all
	want     uint32 // big-endian
	mute     bool   // the chip has no register that others at its addresses have: one that was read rules it out
}

// GuessChip tells what probably answers at an address. read writes w and reads r after a repeated start, as Tx does.
// Only identity registers are read, and only at addresses where no common chip takes the write for a command.
func GuessChip(address uint16, read func(w, r []byte) error) Guess {
	var byAddress []string
	seen := map[string]uint32{}
	var proof string
	for _, id := range identities {
		if !slices.Contains(id.addresses, address) {
			continue
		}
		if id.register == nil {
			if !id.mute || proof == "" {
				byAddress = append(byAddress, id.chip)
			}
			continue
		}
		value, ok := look(id, read, seen)
		if !ok {
			continue
		}
		proof = fmt.Sprintf("register 0x%x reads 0x%0*x", id.register, 2*id.bytes, value)
		if value&id.bits() == id.want {
			return Guess{Chips: []string{id.chip}, Proof: proof}
		}
	}
	if len(byAddress) > 0 {
		return Guess{Chips: byAddress}
	}
	return Guess{Proof: proof}
}

// look reads an identity register, once for all chips that have theirs in the same place.
func look(id identity, read func(w, r []byte) error, seen map[string]uint32) (uint32, bool) {
	key := fmt.Sprintf("%x/%d", id.register, id.bytes)
	if v, ok := seen[key]; ok {
		return v, true
	}
	r := make([]byte, id.bytes)
	if err := read(id.register, r); err != nil {
		return 0, false
	}
	var v uint32
	for _, x := range r {
		v = v<<8 | uint32(x)
	}
	seen[key] = v
	return v, true
}

func (id identity) bits() uint32 {
	if id.mask != 0 {
		return id.mask
	}
	return 1<<(8*id.bytes) - 1
}
