// Package clock reads CLOCK_BOOTTIME, the clock that all records carry: it never jumps and runs through suspend.
//
// It also names the current boot, and waits. It imports only the standard library and holds no state.
package clock
