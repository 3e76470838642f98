// Package i2cdev is our own Linux I2C bus: periph's i2c.BusCloser on /dev/i2c-N, safe for goroutines that share it.
//
// What enters is a device path; what leaves is read bytes, errors that keep their errno, and counts by address. The
// message array and the data buffers belong to the bus, are pinned, and user memory is copied in and out: neither a
// moving stack nor a caller that gave up can lead the kernel to the wrong memory. One transfer runs at a time.
//
// Time. Three limits hold, the smallest first: the adapter's own (Config.KernelTimeout, set at Open with I2C_TIMEOUT
// for all users of the adapter), then Config.Deadline for one Tx with its retries. A kernel call that outlives the
// deadline leaves the bus hung: its caller and all that follow get os.ErrDeadlineExceeded at once, until the call
// returns and the bus works again. Other buses do not notice. Tx waits for those ahead of it, each of which takes at
// most Deadline.
//
// Retries, by errno (Documentation/i2c/fault-codes.rst of the kernel). EAGAIN is lost arbitration: the transfer was
// not completed and the kernel's own core repeats it, so it is repeated here too, writes included, up to
// Config.Retries times with a growing pause. A missing acknowledgement (ENXIO, EREMOTEIO, and EIO on some adapters) is
// repeated only on request (Config.NoAckRetries) and never for a plain write: a chip may refuse the third byte after
// it has taken two. Nothing else is repeated: ETIMEDOUT and EBUSY have cost their time already.
//
// Unplugged adapters. The kernel cannot finish removing an adapter while its device file is open. After a failed
// transfer the bus looks whether its file is still there; when it is gone the bus closes it, is Gone, and answers
// ENODEV. A new Open is needed after replugging.
//
// One goroutine per open bus makes the kernel calls; it ends with Close, or, when it is stuck in the kernel, as soon as
// that call returns. The package imports hal, internal/deadline, periph's interfaces and the standard library. It
// never sets the bus clock: that is the device tree's.
package i2cdev
