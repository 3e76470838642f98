// Package vmtest has the guest of the hardware tests do checks for a test: it boots a machine, sends the name of a check,
// does what the check asks for, and turns its verdict into the test's.
//
// A vm.Config enters; failures of the test leave, with the machine's console. The machine is gone when the test is over.
// The package imports internal/vm, internal/fixture and the standard library, and starts no goroutine of its own.
package vmtest
