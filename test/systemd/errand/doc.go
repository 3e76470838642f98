// Package errand is what the test on the host and its hands in the guest say to each other, one JSON value after the
// other on a virtio serial port: an Errand enters, its Result leaves, one at a time. It is for test/systemd only, imports
// the standard library, and starts no goroutine.
package errand
