package lsm6dstest

import (
	"math"
	"time"
)

const gravity = 9.80665 // m/s2, standard

// rates by ODR_XL, ODR_G, BDR_XL and BDR_GY (DS12814, tables 49, 52, 31).
var rates = [16]float64{0, 12.5, 26, 52, 104, 208, 416, 833, 1667, 3333, 6667}

// What one step of the output is, by the full-scale bits (DS12814, table 2).
var (
	accelStep = [4]float64{0: 0.061e-3 * gravity, 2: 0.122e-3 * gravity, 3: 0.244e-3 * gravity, 1: 0.488e-3 * gravity}
	gyroStep  = [4]float64{8.75e-3 * math.Pi / 180, 17.5e-3 * math.Pi / 180, 35e-3 * math.Pi / 180, 70e-3 * math.Pi / 180}
)

const gyroStep125 = 4.375e-3 * math.Pi / 180

// sensor is one of the two, with three axes.
type sensor struct {
	out   uint8 // its first output register
	tag   uint8
	ready uint8 // its bit in STATUS_REG

	period  time.Duration // zero: in power-down
	on      time.Duration // since when it has been on
	next    int64         // number of its next sample, on the grid of its period since the beginning of time
	batched int64         // samples since the last one that went into the FIFO
	shown   [3]int16      // in the output registers
	fresh   [3]int16      // the newest sample
	held    [3]bool       // the low byte of shown was read: block data update keeps the high one
}

// tune sets the output data rate. Both sensors share one clock: at the same rate they sample at the same time.
func (s *sensor) tune(code uint8, cfg Config) {
	rate, now := rates[code]*(1+cfg.Skew), cfg.Now()
	if rate == 0 {
		s.period = 0
		return
	}
	if s.period == 0 {
		s.on = now
	}
	s.period = time.Duration(float64(time.Second) / rate)
	s.next = int64(now/s.period) + 1
}

func (s *sensor) due() time.Duration {
	if s.period == 0 {
		return math.MaxInt64
	}
	return time.Duration(s.next) * s.period
}

// advance makes the samples that are due. Those that nobody could see any more are jumped over.
func (m *Model) advance() {
	now := m.cfg.Now()
	for _, s := range []*sensor{&m.accel, &m.gyro} {
		if s.period > 0 && m.frozen {
			s.next = int64(now/s.period) + 1
		}
	}
	for {
		at := min(m.accel.due(), m.gyro.due())
		if at > now {
			return
		}
		accel, gyro := m.cfg.Signal(at)
		word := false
		if m.gyro.due() == at { // the gyroscope's word comes first
			word = m.sample(&m.gyro, at, gyro, m.gyroStep(), m.main[fifoCtrl3]>>4, word)
		}
		if m.accel.due() == at {
			m.sample(&m.accel, at, accel, accelStep[m.main[ctrl1XL]>>2&3], m.main[fifoCtrl3]&0x0F, word)
		}
	}
}

func (m *Model) gyroStep() float64 {
	if m.main[ctrl2G]&0x02 != 0 {
		return gyroStep125
	}
	return gyroStep[m.main[ctrl2G]>>2&3]
}

// sample makes one sample, and batches it where its batch rate says so; slotted says that the time slot is begun.
func (m *Model) sample(s *sensor, at time.Duration, v [3]float64, step float64, batch uint8, slotted bool) bool {
	s.next++
	for i := range v {
		s.fresh[i] = int16(max(math.MinInt16, min(math.Round(v[i]/step)+m.rustle(), math.MaxInt16)))
		if m.main[ctrl3C]&0x40 == 0 || !s.held[i] {
			s.shown[i] = s.fresh[i]
		}
	}
	m.main[statusReg] |= s.ready
	mode := m.main[fifoCtrl4] & 0x07
	if batch == 0 || mode == 0 || mode == 1 && m.fifo.n == capacity {
		return slotted
	}
	if s.batched++; float64(s.batched) < math.Round(rates[m.code(s)]/rates[batch]) {
		return slotted
	}
	s.batched = 0
	m.made++
	m.fifo.put(s.tag, m.settled(s, at), !slotted)
	return true
}

func (m *Model) code(s *sensor) uint8 {
	if s.tag == tagGyro {
		return m.main[ctrl2G] >> 4
	}
	return m.main[ctrl1XL] >> 4
}

// settled is what goes into the FIFO: a gyroscope that was just switched on gives nonsense, marked by DRDY_MASK.
func (m *Model) settled(s *sensor, at time.Duration) [3]int16 {
	switch {
	case s.tag != tagGyro || at-s.on >= gyroSettle:
		return s.fresh
	case m.main[ctrl4C]&0x08 != 0:
		return [3]int16{0x7FFF, 0x7FFF, 0x7FFF}
	}
	return [3]int16{-20000, -20000, -20000}
}

// rustle is the noise of one value.
func (m *Model) rustle() float64 {
	if m.cfg.Noise == 0 {
		return 0
	}
	m.noise = m.noise*1664525 + 1013904223
	return float64(int(m.noise>>8)%(2*m.cfg.Noise+1) - m.cfg.Noise)
}

// output is one byte of an output register; reading a high byte takes the data-ready flag away.
func (m *Model) output(reg uint8) uint8 {
	s := &m.gyro
	if reg >= outA {
		s = &m.accel
	}
	axis, high := (reg-s.out)/2, (reg-s.out)%2 == 1
	v := uint16(s.shown[axis])
	if s.held[axis] = !high; s.held[axis] {
		return byte(v)
	}
	m.main[statusReg] &^= s.ready
	s.shown[axis] = s.fresh[axis]
	return byte(v >> 8)
}
