//go:build !race

package isolated_test

const growth = 0 // the suite's own bound
