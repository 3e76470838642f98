// Package page runs the demo as a user does and looks at it through real Chromium (check.mjs): decisions arrive without
// a reload, axe finds nothing serious, nothing scrolls sideways on a phone. Screenshots stay in build/shots. It holds
// only tests.
package page
