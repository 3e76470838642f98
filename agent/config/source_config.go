package config

import (
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

// SourceConfig is one source. Exactly one of its pointers is set; Chip serves the drivers that need no setting of
// their own, which Driver tells apart.
type SourceConfig struct {
	Name   string
	Driver string // as the file says: "bme280"

	Replay  *ReplayConfig
	Process *ProcessConfig
	Chip    *ChipConfig // bme280, bmp280, hdc302x, aht20, mcp9808, tmp102, tmp75, bh1750
	SCD4x   *SCD4xConfig
	ADS1115 *ADS1115Config
	INA219  *INA219Config
	IMU     *IMUConfig // mpu6050, lsm6ds, adxl345
	DS18B20 *DS18B20Config
	HX711   *HX711Config
	IIO     *IIOConfig
	GPIO    *GPIOConfig
	ALSA    *ALSAConfig
	V4L2    *V4L2Config
	Serial  *SerialConfig
	MQTT    *MQTTConfig
	System  *SystemConfig

	Expect map[string]judge.Rule // of its channels, by name; nil: nothing
}

// ReplayConfig plays a recording, or a folder of them. Speed 0 is as fast as possible.
type ReplayConfig struct {
	File  string
	Speed float64
	Loop  bool
}

// ProcessConfig reads a program's output: lines with Channels, or frames.
type ProcessConfig struct {
	Command     []string
	Channels    []hal.Channel
	Frames      *FramesConfig // nil: lines
	Rate        hal.Hertz
	SilentAfter time.Duration // 0: as the driver has it
}

// FramesConfig is the form of the raw frames that a program writes, and what becomes of them.
type FramesConfig struct {
	Width, Height int
	Format        Pixels
	Picture       hal.Picture
	Crop          bool
}

// Place is where a chip is: on an I2C bus, or at a chip select of an SPI bus.
type Place struct {
	Bus     string // "i2c-1"
	Address uint16 // 0: the usual one of the chip
	SPI     string // "spidev0.0" or its path; the others are empty then
}

// ChipConfig is a chip that is asked for one sample at a time.
type ChipConfig struct {
	Place
	Every time.Duration
}

// SCD4xConfig measures carbon dioxide.
type SCD4xConfig struct {
	ChipConfig
	LowPower bool
	Altitude int // metres; 0: the chip's own setting
}

// ADS1115Config measures voltages.
type ADS1115Config struct {
	Place
	Inputs []string // "a0", "a0-a1"
	Range  float64  // volts
	Rate   hal.Hertz
}

// INA219Config measures a current.
type INA219Config struct {
	Place
	Shunt float64 // ohms
	Most  float64 // amperes
	Every time.Duration
}

// IMUConfig measures motion. Gyro is 0 for a chip without one.
type IMUConfig struct {
	Place
	Rate  hal.Hertz
	Accel int // full scale, multiples of standard gravity
	Gyro  int // full scale, degrees per second
}

// DS18B20Config is a thermometer on a 1-wire bus: of the kernel's, or behind the bridge at Place. Without an ID there
// must be only one.
type DS18B20Config struct {
	Place             // no Bus: the kernel's
	ID         string // "28-0316a2798bff"
	Every      time.Duration
	Resolution int // bits; 0: as the chip is set
}

// HX711Config is a scale on two GPIO lines, given by number or name.
type HX711Config struct {
	Chip        string // "gpiochip0"; empty: all
	Data, Clock string
	Scale       float64 // counts for one gram
	Tare        int     // counts of an empty scale
	Every       time.Duration
}

// IIOConfig is a device of the kernel's Industrial I/O.
type IIOConfig struct {
	Device    string
	Parent    string   // empty: any
	Channels  []string // empty: all
	Mode      IIOMode
	Rate      hal.Hertz // 0: 1 Hz when polled, the device's own when buffered
	Watermark int       // 0: the driver chooses
	Trigger   string    // empty: the device's own
}

// GPIOConfig is one line, given by number or name.
type GPIOConfig struct {
	Chip      string // empty: any
	Line      string
	Mode      LineMode
	Edges     Edges
	Every     time.Duration // 0: as the mode has it
	Debounce  time.Duration
	Bias      Bias
	ActiveLow bool
}

// ALSAConfig captures sound.
type ALSAConfig struct {
	Device   string
	Rate     hal.Hertz
	Channels int
}

// V4L2Config captures pictures.
type V4L2Config struct {
	Device        string
	Width, Height int
	Colour        Colour
	Crop          bool
	Format        CameraForm
	Rate          hal.Hertz
}

// SerialConfig reads lines of a serial port. Rate is 0 when they have none.
type SerialConfig struct {
	Device      string
	Baud        int
	Channels    []hal.Channel
	Rate        hal.Hertz
	SilentAfter time.Duration // 0: as the driver has it
}

// MQTTConfig listens to a topic. Paths say where the values of Channels stand in a message of JSON; without any, messages
// are lines of numbers. Rate is 0 when messages have none.
type MQTTConfig struct {
	URL         string
	Topic       string
	Channels    []hal.Channel
	Paths       []string
	Rate        hal.Hertz
	Retained    bool
	CA          string // file; empty: the system's certificates
	User        string
	Password    string        // file
	SilentAfter time.Duration // 0: as the driver has it
}

// SystemConfig reads the machine itself.
type SystemConfig struct {
	What  []string // empty: all that this machine has
	Disk  string
	Every time.Duration
}
