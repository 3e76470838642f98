// Package tmp75 reads TI's thermometers TMP75, TMP105, TMP175 and TMP275 over I2C.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves. The chip is shut down between samples;
// each is a one-shot conversion of 12 bits that is waited out, so that its age is known, and its two bytes are read in
// one transfer. Thermostat settings (POL, TM, F1, F0, the limits) stay as they are found. The package imports hal,
// hal/judge, hal/poll, hal/periphbus, internal/clock and periph's bus interface. It starts no goroutine.
//
// The chips have no identity and cannot say when a conversion is done. They differ from the TMP102 (package tmp102) in
// the configuration, which has one byte, and in their resolution, which is 9 bits after power-on. An LM75, which has no
// 12 bits and no one-shot, is refused.
package tmp75
