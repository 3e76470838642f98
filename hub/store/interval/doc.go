// Package interval holds sets of record numbers as sorted runs: what a hub has been given of a stream is nearly always
// one run, whatever its length.
//
// It is pure arithmetic over the standard library. Numbers start at 1 and stay below 2^62 (Max), so that sums of two
// of them never overflow and SQL's signed integers hold them. A Set is a value: methods that change it take a pointer
// and never touch the runs of a copy made before.
package interval
