// Package tmp102 reads TI's TMP102 thermometer over I2C.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves. The chip is shut down between samples;
// each is a one-shot conversion that is waited out, so that its age is known and the chip does not warm itself, and its
// two bytes are read in one transfer. Thermostat settings (POL, TM, F1, F0, the limits) stay as they are found. The
// package imports hal, hal/judge, hal/poll, hal/periphbus, internal/clock and periph's bus interface. It starts no
// goroutine.
//
// Registers are our own, not periph's tmp102 (devices/v3 3.7.4): that one ignores errors while it reads the
// configuration and then writes back zeros; it reads a chip that was left in extended mode at half its temperature; its
// Halt does not shut the chip down.
package tmp102
