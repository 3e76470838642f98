// Package report is how the programs of bench hand their figures to the table: one JSON line for each figure on
// standard output, talk on standard error. It holds the sums that several of them share (median, quantile).
package report
