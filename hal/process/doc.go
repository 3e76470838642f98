// Package process reads samples from the output of any program: one line of numbers for one sample.
//
// Lines enter through the program's standard output, in the grammar of hal/lines. Blocks leave, stamped when their line
// arrived. A line that cannot be used is counted, logged at its edges, and makes the next block discontinuous.
//
// The program runs in a process group of its own. When Run ends, so does the whole group: SIGTERM, then SIGKILL. Run
// runs the program once and says why it ended; pauses and restarts are the supervisor's. The package imports hal,
// hal/lines and internal/clock. Run owns one goroutine that waits for the cancel, one that waits for the program to
// exit, and the one with which os/exec reads standard error; all have ended when it returns.
package process
