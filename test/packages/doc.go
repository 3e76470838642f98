// Package packages builds the Debian packages and looks at them as a distribution and an administrator would:
// lintian, contents, the unit's hardening, manual pages, two builds with the same bytes. It holds only tests.
package packages
