// Package outside is what stands outside the guest of the hardware tests: the real hub program, to which the agent in the
// guest sends, and what it has stored in the end.
//
// A test enters; the port of the broker and the results of the database leave. The database is read with no help of the
// hub's own code. The hub is gone when the test is over. Only tests import the package; it may import anything.
package outside
