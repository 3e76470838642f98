//go:build race

package isolated_test

// growth: the race detector remembers every goroutine, and each load starts three.
const growth = 2 << 20
