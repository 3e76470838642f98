package traffic

import (
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
)

// Open opens a bus for one source, which closes it: the field Bus of a driver's Config.
type Open = func() (i2c.BusCloser, error)

// OpenPort opens an SPI device for one source, which closes it: the field SPI of a driver's Config.
type OpenPort = func() (spi.PortCloser, error)

// Bus is what Open gives.
type Bus = i2c.BusCloser
