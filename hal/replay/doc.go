// Package replay plays recordings as if they were a sensor: one CSV file, or all of a folder in the order of names.
//
// A recording enters as text:
//
//	# rate_hz: 10
//	# label: walking
//	t[s],ax[m/s2],ay[m/s2]
//	0.0,-0.74,0.75
//	0.1,-0.71,nan
//
// Lines "# key: value" before the header say the rate, the label and the origin; other lines that start with # are
// comments. The header names each column with its unit, "1" when it has none. The first column may be the time, t[s],
// t[ms] or t[us]; the last may be label and recording, in any order. A value that is missing is written nan. Nothing else
// is guessed: what is wrong is told as file:line:column.
//
// Where a source has no fixed rate, the line is "# rate_hz: none", and each sample comes at its own time. A line "# gap"
// between two rows says that samples are missing there.
//
// Blocks leave, stamped and paced by the clock. Reader reads the same text from any stream, for programs that want the
// rows themselves. The package imports hal and internal/clock; it starts no goroutine.
package replay
