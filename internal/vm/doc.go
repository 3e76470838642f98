// Package vm boots the virtual machine of the hardware tests and talks with it: a stock Linux kernel under QEMU whose
// first process is a program of this repository (test/guest/init).
//
// Enters: what cross/guest has laid down below build/guest. Leaves: one Message for each line that the guest prints
// after Mark on its serial port; everything else there is talk, kept for the failure report. The host sends one line
// for each thing the guest shall do, and steers the machine itself through QMP. A machine is one process; it ends with
// its context, at its limit, or when the guest powers off, and leaves nothing behind. One goroutine reads the serial
// port and one the QMP socket; both end with the process. The package imports only the standard library, and only
// tests and benchmarks import it.
package vm
