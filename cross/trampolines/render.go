package main

import (
	"bytes"
	"fmt"
	"strings"
)

const notice = "/* Written by cross/trampolines from symbols.txt; do not edit. */\n"

// symbol is one function of the library.
type symbol struct {
	name     string
	required bool
}

// parse reads lines "name" or "name required"; blank lines and lines that start with # are skipped.
func parse(text string) ([]symbol, error) {
	var all []symbol
	for i, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || strings.HasPrefix(f[0], "#"):
		case len(f) == 1:
			all = append(all, symbol{name: f[0]})
		case len(f) == 2 && f[1] == "required":
			all = append(all, symbol{name: f[0], required: true})
		default:
			return nil, fmt.Errorf("parse symbols: line %d: %q", i+1, line)
		}
	}
	return all, nil
}

// assembly is one label and one jump through dunlin_table per symbol, for every architecture. On 32-bit Arm, ip is the
// register that the calling convention leaves to jumps like this, and the distance to the table stands behind the jump.
func assembly(symbols []symbol) []byte {
	var b bytes.Buffer
	b.WriteString(notice + ".text\n#if defined(__arm__)\n.syntax unified\n.arm\n#endif\n")
	for i, s := range symbols {
		b.WriteString("#if defined(__arm__)\n.balign 4\n#endif\n")
		fmt.Fprintf(&b, ".globl %[1]s\n.type %[1]s,%%function\n%[1]s:\n", s.name)
		fmt.Fprintf(&b, "#if defined(__x86_64__)\n\tjmp *dunlin_table+%d(%%rip)\n", 8*i)
		fmt.Fprintf(&b, "#elif defined(__aarch64__)\n\tadrp x16, dunlin_table+%[1]d\n\tldr x16, [x16, :lo12:dunlin_table+%[1]d]\n\tbr x16\n", 8*i)
		fmt.Fprintf(&b, "#elif defined(__arm__)\n\tldr ip, 1f\n0:\tadd ip, pc, ip\n\tldr pc, [ip]\n1:\t.word dunlin_table+%d-(0b+8)\n", 4*i)
		b.WriteString("#else\n#error \"no trampolines for this architecture\"\n#endif\n")
		fmt.Fprintf(&b, ".size %[1]s, .-%[1]s\n", s.name)
	}
	b.WriteString(".section .note.GNU-stack,\"\",%progbits\n")
	return b.Bytes()
}

// header is the same list as a C table, in the order of the jumps.
func header(symbols []symbol) []byte {
	var b bytes.Buffer
	b.WriteString(notice + "static const struct { const char* name; int required; } dunlin_symbols[] = {\n")
	for _, s := range symbols {
		required := 0
		if s.required {
			required = 1
		}
		fmt.Fprintf(&b, "    {\"%s\", %d},\n", s.name, required)
	}
	b.WriteString("};\n")
	return b.Bytes()
}
