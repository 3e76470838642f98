// Package deadline lets a caller give up on a call that the kernel may never finish.
//
// A blocking system call cannot be interrupted from Go. A Worker makes it on a goroutine of its own; the caller waits
// for a limited time and gets ErrStuck when that is over. The worker is then stuck and takes no other call until the
// first one returns, so there is never more than one lost goroutine for each worker. Memory that the call uses must
// not be touched while it is stuck. The package imports only the standard library; its one goroutine ends with Stop,
// or, when it is stuck, as soon as the kernel lets go of it.
package deadline
