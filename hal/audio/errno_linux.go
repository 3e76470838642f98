package audio

import "syscall"

// errSuspended is what a read says of a sound card that sleeps.
const errSuspended = syscall.ESTRPIPE
