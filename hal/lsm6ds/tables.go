package lsm6ds

import (
	"math"

	"github.com/dunlin-iot/dunlin/hal"
)

// Registers (DS12814, table 20).
const (
	regAccess      = 0x01 // FUNC_CFG_ACCESS
	regFIFOCtrl1   = 0x07
	regFIFOCtrl4   = 0x0A
	regWhoAmI      = 0x0F
	regCtrl1       = 0x10 // CTRL1_XL, then CTRL2_G and CTRL3_C
	regCtrl3       = 0x12
	regStatus      = 0x1E // STATUS_REG, a reserved one, then temperature, gyroscope, accelerometer
	regFIFOStatus1 = 0x3A
	regFIFOData    = 0x78 // FIFO_DATA_OUT_TAG, then six bytes; the pointer goes round
)

// Bits.
const (
	swReset        = 0x01 // CTRL3_C
	autoIncrement  = 0x04 // CTRL3_C, IF_INC
	blockUpdate    = 0x40 // CTRL3_C, BDU
	fifoContinuous = 0x06 // FIFO_CTRL4
	overrunLatched = 0x08 // FIFO_STATUS2, FIFO_OVR_LATCHED
	bothReady      = 0x03 // STATUS_REG, GDA and XLDA
	chipID         = 0x6C
)

const (
	fifoWords = 512 // of seven bytes
	gravity   = 9.80665
)

// output rates with their code in ODR_XL, ODR_G, BDR_XL and BDR_GY (DS12814, tables 31, 49, 52).
var odr = [...]struct {
	rate hal.Hertz
	code uint8
}{{12.5, 1}, {26, 2}, {52, 3}, {104, 4}, {208, 5}, {416, 6}, {833, 7}, {1667, 8}, {3333, 9}, {6667, 10}}

// full scales of the accelerometer with their bits in CTRL1_XL and the step in m/s2 (DS12814, tables 2 and 50).
var accelScale = [...]scale{
	{2, 0 << 2, 0.061e-3 * gravity}, {4, 2 << 2, 0.122e-3 * gravity}, {8, 3 << 2, 0.244e-3 * gravity}, {16, 1 << 2, 0.488e-3 * gravity},
}

// full scales of the gyroscope with their bits in CTRL2_G and the step in rad/s (DS12814, tables 2 and 53).
var gyroScale = [...]scale{
	{125, 0x02, 4.375e-3 * math.Pi / 180}, {250, 0 << 2, 8.75e-3 * math.Pi / 180}, {500, 1 << 2, 17.5e-3 * math.Pi / 180},
	{1000, 2 << 2, 35e-3 * math.Pi / 180}, {2000, 3 << 2, 70e-3 * math.Pi / 180},
}

type scale struct {
	span int // in g or degrees per second
	bits uint8
	step float64
}

var channels = []hal.Channel{
	{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"},
	{Name: "gx", Unit: "rad/s"}, {Name: "gy", Unit: "rad/s"}, {Name: "gz", Unit: "rad/s"},
}
