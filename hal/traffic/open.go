package traffic

import "periph.io/x/conn/v3/i2c"

// Open opens a bus for one source, which closes it: the field Bus of a driver's Config.
type Open = func() (i2c.BusCloser, error)

// Bus is what Open gives.
type Bus = i2c.BusCloser
