// Package process reads samples from the output of any program: one line of numbers for one sample, or one raw frame
// for one picture.
//
// Lines enter through the program's standard output, in the grammar of hal/lines. Blocks leave, stamped when their line
// arrived. A line that cannot be used is counted, logged at its edges, and makes the next block discontinuous.
//
// Frames are for cameras that the kernel does not serve as pictures, as those on the CSI connector of a Raspberry Pi:
// rpicam-vid or GStreamer writes grey, yuyv, rgb or i420 frames of one size to its standard output, and each becomes a
// picture, stamped when its last byte arrived. Frozen and black ones are told as hal/picture judges them; frames that
// stay frozen for 5 s end the program. A program that writes faster than its frames are taken is held up by its pipe,
// and drops frames itself.
//
// The program runs in a process group of its own. When Run ends, so does the whole group: SIGTERM, then SIGKILL. Run
// runs the program once and says why it ended; pauses and restarts are the supervisor's. The package imports hal,
// hal/lines, hal/picture and internal/clock. Run owns one goroutine that waits for the cancel, one that waits for the program to
// exit, and the one with which os/exec reads standard error; all have ended when it returns.
package process
