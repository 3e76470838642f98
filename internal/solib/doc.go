// Package solib finds shared libraries that a program opens at run time.
//
// Enters: where a user says that a library is, the folders to search else. Leaves: the files to try, best first, and a
// sentence's worth of notes about every place that had none; what an ELF header says against opening a file. It opens
// no library, imports only the standard library and starts no goroutine.
package solib
