// Package chardev opens character devices for drivers of our own: ioctls on plain bytes, reads that never block, waits
// with an end, mapped buffers. Structures of the kernel are laid out by the caller, byte by byte: Go and C disagree on
// alignment on 32-bit machines.
//
// Errors keep the kernel's errno for errors.Is. The package imports the standard library and x/sys/unix, and starts no
// goroutine; Wait holds a thread for as long as its timeout.
package chardev
