// Package camera takes pictures from cameras that Linux serves through V4L2, without a library: the ioctls of
// /dev/video* (include/uapi/linux/videodev2.h) on plain bytes, and mapped buffers.
//
// Frames enter as GREY, YUYV, RGB3, YU12, MJPG or JPEG, in the smallest size that the camera has for the picture
// wanted; hal/picture makes the picture. One block with one sample leaves for each: Picture.Values() float32 values
// from 0 to 255, row by row, red, green and blue beside each other. Times are the kernel's stamps of the frames
// (CLOCK_MONOTONIC, near the start or end of exposure) as CLOCK_BOOTTIME. Where the camera is faster than Rate, frames
// between are left alone before they cost anything.
//
// Gaps in the frames' numbers are counted as dropped, damaged frames and those of a frozen camera as skipped; either
// makes the next block discontinuous. A black picture is passed on and told by Health. A camera that is pulled out, and
// one that gives nothing or stays frozen for 5 s, end Run with an error; what it showed before is not passed on again.
//
// Cameras on the CSI connector of a Raspberry Pi 5, and most others behind libcamera, give raw Bayer data in formats
// that are the sensor's own. They are refused with the way round: the process driver with rpicam-vid or GStreamer.
//
// The package imports hal, hal/picture, internal/clock, internal/chardev and the standard library; it starts no
// goroutine, and Run notices a cancel within 100 ms.
package camera
