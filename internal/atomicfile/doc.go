// Package atomicfile writes files that must survive power loss: temporary file, fsync, rename, fsync of the file under its
// name and of the folder. It does so on FAT too, which has no owners and no modes.
//
// Every file of state outside the spool goes through Write. It imports only the standard library.
package atomicfile
