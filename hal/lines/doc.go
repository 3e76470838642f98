// Package lines turns text into samples: one line of numbers is one sample.
//
// Bytes enter through an io.Reader: the output of a program, a serial line. Numbers are separated by spaces, tabs,
// commas or semicolons, nan stands for a value that is missing; empty lines and lines that start with # are passed
// over. Blocks leave through a hal.Pulse, stamped when their line arrived; lines that arrived together leave together.
// A line that cannot be used is counted and makes the next block discontinuous; the first is logged and told, and so is
// the end, when all lines have been good for a second. Parse is the same grammar for one line that came some other way,
// Trouble the same edges.
//
// The package opens nothing, starts no goroutine and imports hal and internal/clock. A Reader belongs to one goroutine
// and does not allocate while lines are good.
package lines
