// Package audio records sound from microphones that Linux serves through ALSA, without a library: the ioctls of
// /dev/snd/pcmC*D*c (include/uapi/sound/asound.h) on plain bytes, and read.
//
// A device is named as arecord names it, hw:CARD,DEVICE. Blocks of about one Period leave: float32 values from -1 to 1
// where 1 is full scale, unit "1", one channel "mic" or several "mic0", "mic1" and so on, at the rate that the
// configuration names. Nothing is resampled or mixed: what the hardware cannot do is refused, with what it can. Times
// come from the kernel's stamps of the sound card's position (CLOCK_MONOTONIC), turned into CLOCK_BOOTTIME and smoothed
// by hal/pace with the measured rate.
//
// An overrun or a suspend loses samples: they are counted, the next block is discontinuous, recording goes on. Clipped
// sound and a channel of one constant value are passed on and told by Health. A card that is pulled out, and one that
// gives nothing for 5 s, end Run with an error.
//
// List names the cards that there are. The package imports hal, hal/pace, internal/clock, internal/chardev and the
// standard library; it starts no goroutine, and Run notices a cancel within 100 ms.
package audio
