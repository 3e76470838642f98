// Package wrongpath says how to put a path right that is of the wrong kind: a folder where a file is wanted, or a file where
// a folder is.
//
// An error of the system enters, what to do about it leaves. Pure: no state, no goroutine, only the standard library.
package wrongpath
