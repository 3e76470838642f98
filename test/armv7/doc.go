// Package armv7 cross-compiles the agent for 32-bit Arm and runs it under qemu-user: without a TFLite library, with the
// one that the package brings, and with a stand-in that shows that the jumps into a user's own library arrive in both
// directions. It holds only tests.
package armv7
