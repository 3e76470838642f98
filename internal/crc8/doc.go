// Package crc8 is the checksum that humidity and gas sensors put behind their words: polynomial x^8+x^5+x^4+1 (0x31),
// initial value 0xff, not reflected, no final inversion. Sensirion SCD4x, TI HDC302x and Aosong AHT20 name the same
// one in their data sheets ("checksum calculation").
//
// Bytes enter, one byte leaves. Pure arithmetic: no state, no goroutine, only the language itself.
package crc8
