package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

func (r *resolver) scd4x(name string, c *SCD4x) *SCD4xConfig {
	if least := Duration(30 * time.Second); c.LowPower && c.Every < least {
		r.complain(name, "every", fmt.Sprintf("is %s, and with low_power the chip measures every %s", c.Every, least), "write 1m")
	}
	return &SCD4xConfig{ChipConfig{place(c.Bus, c.Address), time.Duration(c.Every)}, c.LowPower, c.Altitude}
}

// ds18b20 refuses what the kernel's way does not have.
func (r *resolver) ds18b20(name string, c *DS18B20) *DS18B20Config {
	d := &DS18B20Config{Place: place(c.Bus, c.Address), ID: string(c.ID), Every: time.Duration(c.Every)}
	if c.Resolution != nil {
		d.Resolution = *c.Resolution
	}
	if c.Bus != "" {
		return d
	}
	if c.Address != nil {
		r.complain(name, "address", "stands without bus", "add the I2C bus of the DS2482, or remove address where the kernel reads the chip")
	}
	if c.Resolution != nil {
		r.complain(name, "resolution", "stands without bus, and the kernel lets only root set it",
			fmt.Sprintf("remove it, and after each start say: echo %d | sudo tee /sys/bus/w1/devices/%s/resolution", *c.Resolution, cmp.Or(string(c.ID), "28-*")))
	}
	return d
}

// ina219 holds the current against the widest range of the shunt's voltage, 320 mV (data sheet, table 7-4).
func (r *resolver) ina219(name string, c *INA219) *INA219Config {
	if v := float64(c.Shunt) * float64(c.Most); v > 0.3200001 {
		r.complain(name, "max_current", fmt.Sprintf("makes %.3g V across the shunt, and the chip measures 0.32 V", v), fmt.Sprintf("write at most %.3gA, or use a smaller shunt", 0.32/float64(c.Shunt)))
	}
	return &INA219Config{place(c.Bus, c.Address), float64(c.Shunt), float64(c.Most), time.Duration(c.Every)}
}

// mostADS1115 leaves the bus and the chip's oscillator (10 %, data sheet, electrical characteristics) room below 860
// conversions per second.
const mostADS1115 Hertz = 480

func (r *resolver) ads1115(name string, c *ADS1115) *ADS1115Config {
	inputs := words(c.Inputs)
	switch sorted := slices.Sorted(slices.Values(inputs)); {
	case len(inputs) == 0:
		r.complain(name, "inputs", "is empty", "name what to measure, as [a0, a1]")
	case len(slices.Compact(sorted)) != len(inputs):
		r.complain(name, "inputs", "names one twice", "name each once")
	}
	if most := mostADS1115 / Hertz(max(len(inputs), 1)); c.Rate > most {
		r.complain(name, "rate", fmt.Sprintf("is more than the chip can do with %d inputs", len(inputs)), fmt.Sprintf("write at most %s", most))
	}
	return &ADS1115Config{place(c.Bus, c.Address), inputs, c.Range.Volts(), hal.Hertz(c.Rate)}
}

// ratesLSM6DS are the output data rates of the family (LSM6DSOX data sheet, table 52).
var ratesLSM6DS = []Hertz{12.5, 26, 52, 104, 208, 416, 833, 1667, 3333, 6667}

// ratesADXL345 are those of the chip, of which I2C at 400 kHz can carry the first eight (data sheet, tables 7 and 8).
var ratesADXL345 = []Hertz{6.25, 12.5, 25, 50, 100, 200, 400, 800, 1600, 3200}

const ratesOnI2C = 8

// oneOf holds the rate of a source against those that its chip has.
func (r *resolver) oneOf(name string, have Hertz, rates []Hertz) {
	if slices.Contains(rates, have) {
		return
	}
	texts := make([]string, len(rates))
	for i, h := range rates {
		texts[i] = h.String()
	}
	r.complain(name, "rate", fmt.Sprintf("is %s, which the chip does not have", have), "write one of "+strings.Join(texts, ", "))
}

// partOf1kHz holds the rate of an MPU-6050 against its divider (register map, SMPLRT_DIV): 1 kHz by 1 to 250.
func (r *resolver) partOf1kHz(name string, have Hertz) {
	by := math.Round(1000 / float64(have))
	if by >= 1 && by <= 250 && math.Abs(float64(have)*by/1000-1) < 1e-3 {
		return
	}
	by = min(max(by, 1), 250)
	fix := fmt.Sprintf("it has 1000 divided by 1 to 250; write %.6gHz", 1000/by)
	r.complain(name, "rate", fmt.Sprintf("is %s, which the chip does not have", have), fix)
}

func (r *resolver) imu(name string, raw Source) *IMUConfig {
	switch {
	case raw.MPU6050 != nil:
		c := raw.MPU6050
		if c.Gyro == "125dps" {
			r.complain(name, "gyro", "is 125dps, which this chip does not have", "write one of 250dps, 500dps, 1000dps, 2000dps")
		}
		r.partOf1kHz(name, c.Rate)
		return &IMUConfig{place(c.Bus, c.Address), hal.Hertz(c.Rate), c.Accel.G(), c.Gyro.DPS()}
	case raw.LSM6DS != nil:
		c := raw.LSM6DS
		r.oneOf(name, c.Rate, ratesLSM6DS)
		r.wires(name)
		return &IMUConfig{either(c.Bus, c.Address, c.SPI), hal.Hertz(c.Rate), c.Accel.G(), c.Gyro.DPS()}
	case raw.ADXL345 != nil:
		c := raw.ADXL345
		if i := slices.Index(ratesADXL345, c.Rate); c.SPI == "" && i >= ratesOnI2C {
			r.complain(name, "rate", fmt.Sprintf("is %s, which I2C does not carry", c.Rate), fmt.Sprintf("write at most %s, or wire the chip to SPI", ratesADXL345[ratesOnI2C-1]))
		} else {
			r.oneOf(name, c.Rate, ratesADXL345)
		}
		r.wires(name)
		return &IMUConfig{either(c.Bus, c.Address, c.SPI), hal.Hertz(c.Rate), c.Range.G(), 0}
	}
	return nil
}

// wires holds bus and spi of a chip that can be on either against each other.
func (r *resolver) wires(name string) {
	at := r.tree.find("sources", name)
	switch bus, spi := at.child("bus") != nil, at.child("spi") != nil; {
	case bus && spi:
		r.complain(name, "spi", "stands beside bus", "keep bus if the chip is wired to I2C, spi if to SPI")
	case spi && at.child("address") != nil:
		r.complain(name, "address", "stands beside spi, where chips have none", "remove it")
	case !bus && !spi:
		r.errs.add(at.key, fmt.Sprintf("sources.%s has no key %q", name, "bus"), "add it: the I2C bus of the chip, as i2c-1; or spi, as spidev0.0; dunlin sources ls lists them")
	}
}

func (r *resolver) hx711(name string, c *HX711) *HX711Config {
	if c.Data == c.Clock {
		r.complain(name, "clock", "is the line of data", "data is DOUT, clock is PD_SCK")
	}
	return &HX711Config{string(c.Chip), string(c.Data), string(c.Clock), float64(c.Scale), c.Tare, time.Duration(c.Every)}
}
