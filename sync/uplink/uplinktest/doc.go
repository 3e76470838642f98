// Package uplinktest holds what stands around an uplink in tests: an Outbox in memory, a hub that acknowledges, a
// broker that follows a script over net.Pipe (and so runs under testing/synctest), a TCP proxy with faults, and the
// start of a real mosquitto.
//
// It is imported by tests and by bench only. Whatever it starts ends with the test or with the Close it offers.
package uplinktest
