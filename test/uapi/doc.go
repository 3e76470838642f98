// Package uapi compares the numbers by which hal speaks to the kernel with the kernel's own headers.
//
// It has tests only. The constants and structures of hal/i2cdev, hal/spidev, hal/camera and hal/audio are read from their
// source, with the sizes that Go gives them on amd64, arm64 and arm, and become static assertions in C beside the names
// of the headers; zig, which brings those headers, compiles them for each machine. No program is run and no device is
// touched.
package uapi
