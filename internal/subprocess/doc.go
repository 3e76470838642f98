// Package subprocess is what a program and a copy of itself that it starts for risky work owe each other: the parent starts
// it so that it cannot outlive the work, the child takes limits on itself and dies as the kernel says.
//
// Enters: limits, a child's error output. Leaves: process attributes, the child's last words. It imports the standard
// library and golang.org/x/sys, and starts no goroutine. Only Linux has what it needs; elsewhere Settle returns an error.
package subprocess
