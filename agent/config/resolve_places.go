package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// addresses are those that the pins of a chip can choose on I2C, its usual one first, by drivers (their data sheets;
// hal/… have the same).
var addresses = map[string][]uint16{
	"bme280":  {0x76, 0x77},
	"bmp280":  {0x76, 0x77},
	"scd4x":   {0x62},
	"hdc302x": {0x44, 0x45, 0x46, 0x47},
	"aht20":   {0x38},
	"mcp9808": {0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f},
	"tmp102":  {0x48, 0x49, 0x4a, 0x4b},
	"tmp75":   {0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f},
	"bh1750":  {0x23, 0x5c},
	"ads1115": {0x48, 0x49, 0x4a, 0x4b},
	"ina219":  {0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f},
	"mpu6050": {0x68, 0x69},
	"lsm6ds":  {0x6a, 0x6b},
	"adxl345": {0x53, 0x1d},
	"ds18b20": {0x18, 0x19, 0x1a, 0x1b}, // of the DS2482-100 before it
}

// Place is where the chip of a source is, or the bridge before it, its usual address filled in; false when the source is
// none on I2C or SPI.
func (s SourceConfig) Place() (p Place, chip bool) {
	switch {
	case s.Chip != nil:
		p = s.Chip.Place
	case s.SCD4x != nil:
		p = s.SCD4x.Place
	case s.ADS1115 != nil:
		p = s.ADS1115.Place
	case s.INA219 != nil:
		p = s.INA219.Place
	case s.IMU != nil:
		p = s.IMU.Place
	case s.DS18B20 != nil && s.DS18B20.Bus != "":
		p = s.DS18B20.Place
	default:
		return Place{}, false
	}
	if p.SPI == "" {
		p.Address = cmp.Or(p.Address, addresses[s.Driver][0])
	}
	return p, true
}

// places holds the addresses of chips against those that they can have, and against each other: two sources of one chip
// would take each other's samples, and change each other's settings. Behind one bridge there may be several thermometers.
func (r *resolver) places(all []SourceConfig) {
	first := map[Place][]SourceConfig{}
	for _, s := range all {
		p, chip := s.Place()
		if !chip || p.Bus == "" && p.SPI == "" { // the latter was told
			continue
		}
		key := "spi"
		if p.SPI == "" {
			key = r.address(s, p.Address)
		}
		p.Bus, p.SPI = strings.TrimPrefix(p.Bus, "/dev/"), strings.TrimPrefix(p.SPI, "/dev/")
		if !slices.ContainsFunc(first[p], func(other SourceConfig) bool { return r.clash(other, s, key) }) {
			first[p] = append(first[p], s)
		}
	}
}

// clash refuses a second source in one place, unless both are thermometers that are told apart.
func (r *resolver) clash(first, s SourceConfig, key string) bool {
	switch a, b := first.DS18B20, s.DS18B20; {
	case a == nil || b == nil:
		r.complain(s.Name, key, "is where the chip of source "+first.Name+" is", "keep one of the two, or write where this one is: dunlin sources ls lists chips")
	case a.ID == "" || b.ID == "":
		r.complain(s.Name, key, "is the bridge of source "+first.Name+", too, and behind one bridge thermometers are told apart by id",
			"add id to both: a source without one, alone there, has dunlin sources read say which there are")
	case a.ID == b.ID:
		r.complain(s.Name, "id", "is the thermometer of source "+first.Name, "keep one of the two, or write the id of another")
	default:
		return false
	}
	return true
}

// address returns the key that says it: that of the bus where a chip has its usual one.
func (r *resolver) address(s SourceConfig, is uint16) (key string) {
	if r.tree.find("sources", s.Name).child("address") == nil {
		return "bus"
	}
	have := addresses[s.Driver]
	if slices.Contains(have, is) {
		return "address"
	}
	texts := make([]string, len(have))
	for i, a := range have {
		texts[i] = fmt.Sprintf("0x%02x", a)
	}
	fix := "write " + texts[0] + ", or leave it out"
	if len(texts) > 1 {
		fix = "write one of " + strings.Join(texts, ", ")
	}
	if s.DS18B20 != nil {
		fix += "; the channels of a DS2482-800 are read through the kernel's driver of it, without bus and address"
	}
	r.complain(s.Name, "address", fmt.Sprintf("is 0x%02x (%d), which the chip does not have", is, is), fix)
	return "address"
}
