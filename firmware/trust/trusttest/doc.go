// Package trusttest makes TUF repositories in memory, honest ones and hostile ones, for tests of what a device believes.
//
// In go the roles' keys, releases and dates that a test chooses; out come signed files for trust.Memory. Keys are made
// from small numbers, so that a failure can be repeated. It imports go-tuf, and touches neither disk nor network.
package trusttest
