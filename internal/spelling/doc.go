// Package spelling finds what a person meant who mistyped a key: of configurations, of manifests.
//
// A word and candidates enter, the closest candidate leaves. Pure: no state, no goroutine, only the standard library.
package spelling
