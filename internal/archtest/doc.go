// Package archtest holds the house rules that the compiler does not know: who may import whom, which package owns
// which library, what the agent binary must never link, and how large files and functions may grow.
//
// It has no code of its own, only tests; each failure names the broken rule and why it exists.
package archtest
