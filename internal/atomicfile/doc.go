// Package atomicfile writes files that must survive power loss: temporary file, fsync, rename, fsync of the folder.
//
// Every file of state outside the spool goes through Write. It imports only the standard library.
package atomicfile
