// Package arm64 cross-compiles the agent for 64-bit Arm and runs it under qemu-user on the arm64 TFLite library, as a
// Cortex-A72 (Raspberry Pi 4) and a Cortex-A76 (Raspberry Pi 5). It holds only tests.
package arm64
