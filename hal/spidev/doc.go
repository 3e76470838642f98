// Package spidev is our own Linux SPI port: periph's spi.PortCloser and spi.Conn on /dev/spidevB.C.
//
// What enters is a device path; what leaves is bytes and errors that keep their errno. As in hal/i2cdev the transfer
// structs and the data buffers belong to the port, are pinned, and user memory is copied in and out, so that neither a
// moving stack nor a caller that gave up can lead the kernel to the wrong memory (periph's own port hands it addresses
// of user buffers as plain numbers). Tx does not allocate when it succeeds.
//
// One message runs at a time. One that takes longer than Config.Deadline gives its caller os.ErrDeadlineExceeded and
// leaves the port hung: it answers the same at once until the kernel returns. Nothing is repeated: SPI has no
// acknowledgement that could tell what arrived. A message holds at most Config.MaxTx bytes, spidev's bufsiz; longer
// ones are refused rather than split, because the chip select would drop between the parts.
//
// One goroutine per open port makes the kernel calls; it ends with Close, or, when it is stuck in the kernel, as soon
// as that call returns. The package imports internal/deadline, periph's interfaces and the standard library.
package spidev
