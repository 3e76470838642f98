// Package aht20 reads Aosong's AHT20 and AHT21 (also sold as DHT20) over I2C: temperature and relative humidity.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves: a measurement is triggered, waited out
// and read with its CRC; the chip must not be busy and must be calibrated. The package imports hal, hal/judge,
// hal/poll, hal/periphbus, internal/clock, internal/crc8 and periph's bus interface. It starts no goroutine.
//
// Commands are our own, not periph's aht20 (devices/v3 3.7.4): that one sleeps 80 ms and more without a context, judges
// the checksum of an answer that is still busy, and does not look whether its initialisation worked.
package aht20
