package bme280test

// SetAir lets the sensor measure these values from now on, as near as its converters come. What the calibration cannot
// express ends at an end of the raw range.
func (c *Chip) SetAir(celsius, pascal, percent float64) {
	k := c.calibration()
	t := search(1<<20, func(v uint32) bool { return k.Celsius(v) >= celsius })
	p := search(1<<20, func(v uint32) bool { return k.Pascal(v, t) <= pascal })
	h := search(1<<16, func(v uint32) bool { return k.Percent(v, t) >= percent })
	c.SetRaw(t, p, uint16(h))
}

// search is the smallest raw value below n for which enough holds, or the last one.
func search(n uint32, enough func(uint32) bool) uint32 {
	low, high := uint32(0), n-1
	for low < high {
		if mid := (low + high) / 2; enough(mid) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// fine is the temperature that the other formulas need. Formulas in floating point: section 8.1 of the BME280 sheet.
func (k Calibration) fine(raw uint32) float64 {
	t := float64(raw)
	d := t/131072 - float64(k.T1)/8192
	return (t/16384-float64(k.T1)/1024)*float64(k.T2) + d*d*float64(k.T3)
}

// Celsius is the temperature of a raw value.
func (k Calibration) Celsius(raw uint32) float64 { return k.fine(raw) / 5120 }

// Pascal is the pressure of a raw value at a raw temperature; zero where the formula has no answer.
func (k Calibration) Pascal(raw, temperature uint32) float64 {
	p2, p3, p4, p5 := float64(k.P[0]), float64(k.P[1]), float64(k.P[2]), float64(k.P[3])
	p6, p7, p8, p9 := float64(k.P[4]), float64(k.P[5]), float64(k.P[6]), float64(k.P[7])
	d := k.fine(temperature)/2 - 64000
	offset := (d*d*p6/32768+d*p5*2)/4 + p4*65536
	scale := (1 + (p3*d*d/524288+p2*d)/524288/32768) * float64(k.P1)
	if scale == 0 {
		return 0
	}
	p := (1048576 - float64(raw) - offset/4096) * 6250 / scale
	return p + (p9*p*p/2147483648+p*p8/32768+p7)/16
}

// Percent is the relative humidity of a raw value at a raw temperature.
func (k Calibration) Percent(raw, temperature uint32) float64 {
	d := k.fine(temperature) - 76800
	base := float64(raw) - (float64(k.H4)*64 + float64(k.H5)/16384*d)
	h := base * float64(k.H2) / 65536 * (1 + float64(k.H6)/67108864*d*(1+float64(k.H3)/67108864*d))
	return min(max(h*(1-float64(k.H1)*h/524288), 0), 100)
}
