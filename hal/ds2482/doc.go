// Package ds2482 is a 1-Wire bus behind a bridge on I2C: Maxim DS2482-100 (19-4930) and, which understand the same
// commands, DS2482-101, DS2483 and DS2484. Of a DS2482-800 only channel IO0 is read.
//
// An I2C bus and an address enter; what leaves is a Bus for one chip behind the bridge, with whole transactions: a reset,
// bytes out, bytes in. Everybody who opens the same bridge through the same Bridges takes turns on it, first come, first
// served: Do keeps the bridge for one user until it returns. A turn of another's that is stuck costs those who wait the
// deadline of one I2C transfer, because the first error ends a transaction, and none takes longer than a second.
//
// Each user has the I2C bus opened for itself, so that an adapter that is unplugged and comes back under another file
// concerns each for itself; what is shared is the turn, and whether the bridge is set up. Every answer of the bridge says
// whether it has been reset since; one that was, because its supply broke down, ends the transaction with an error and is
// set up again by the next one, as it is after every failed transfer.
//
// Periph's ds248x is not used: one failed transfer ends it for good, its search is open to the transactions of others, it
// polls without a pause, refuses the addresses 0x1a and 0x1b, sleeps without an end, drops errnos, and its error for a line
// without chips cannot be told from others. Its search algorithm, onewire.Search, is used.
//
// The package imports hal, hal/periphbus, internal/clock and periph's interfaces. It starts no goroutine. A model of the
// chip is in ds2482test.
package ds2482
