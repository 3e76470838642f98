package mpu6050

import (
	"math"

	"github.com/dunlin-iot/dunlin/hal"
)

// Registers (RM-MPU-6000A-00, 3; the kernel's drivers/iio/imu/inv_mpu6050/inv_mpu_iio.h).
const (
	regDivider   = 0x19 // SMPLRT_DIV, then CONFIG, GYRO_CONFIG, ACCEL_CONFIG
	regFilter2   = 0x1D // ACCEL_CONFIG 2 of the later chips
	regFIFOEn    = 0x23
	regIntStatus = 0x3A // then accelerometer, temperature, gyroscope
	regUserCtrl  = 0x6A
	regPower     = 0x6B // PWR_MGMT_1 and 2
	regFIFOCount = 0x72
	regFIFOData  = 0x74
	regWhoAmI    = 0x75
)

// Bits.
const (
	deviceReset  = 0x80 // PWR_MGMT_1
	clockPLL     = 0x01 // PWR_MGMT_1: awake, clocked by the gyroscope's oscillator
	fifoEnable   = 0x40 // USER_CTRL
	fifoReset    = 0x04 // USER_CTRL
	allSixAxes   = 0x78 // FIFO_EN: XG, YG, ZG and ACCEL
	fifoOverflow = 0x10 // INT_STATUS
	dataReady    = 0x01 // INT_STATUS
)

// Identities. They say which generation a chip is, not what is printed on it.
const (
	idMPU6050 = 0x68 // and MPU-6000, MPU-9150
	idMPU6500 = 0x70
	idMPU9250 = 0x71
	idMPU9255 = 0x73
)

const (
	sampleSize = 12
	gravity    = 9.80665
	internal   = 1000 // Hz, with the low-pass filter on
)

type scale struct {
	span int // in g or degrees per second
	bits uint8
	step float64
}

// full scales with their bits in ACCEL_CONFIG and the step in m/s2 (PS-MPU-6000A-00, 6.2).
var accelScale = [...]scale{
	{2, 0 << 3, gravity / 16384}, {4, 1 << 3, gravity / 8192}, {8, 2 << 3, gravity / 4096}, {16, 3 << 3, gravity / 2048},
}

// full scales with their bits in GYRO_CONFIG and the step in rad/s (PS-MPU-6000A-00, 6.1).
var gyroScale = [...]scale{
	{250, 0 << 3, math.Pi / 180 / 131}, {500, 1 << 3, math.Pi / 180 / 65.5},
	{1000, 2 << 3, math.Pi / 180 / 32.8}, {2000, 3 << 3, math.Pi / 180 / 16.4},
}

// low-pass filters by the lowest rate that they suit: their bandwidth, 188, 98, 44, 21, 10 and 5 Hz (RM-MPU-6000A-00, 4.3,
// DLPF_CFG), is half of it or less. Below 10 Hz the narrowest is all there is.
var filters = [...]struct {
	rate hal.Hertz
	code uint8
	band float64 // Hz
}{{376, 1, 188}, {196, 2, 98}, {88, 3, 44}, {42, 4, 21}, {20, 5, 10}, {0, 6, 5}}

var channels = []hal.Channel{
	{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"},
	{Name: "gx", Unit: "rad/s"}, {Name: "gy", Unit: "rad/s"}, {Name: "gz", Unit: "rad/s"},
}
