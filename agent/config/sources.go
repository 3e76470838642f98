package config

import "reflect"

// Source is one stream of samples: Driver says which of the other fields holds its settings.
type Source struct {
	Driver  string   `yaml:"driver" union:"yes" required:"yes" remote:"no" doc:"What the samples come from."`
	Replay  *Replay  `yaml:"replay" remote:"no" doc:"A recording, or a folder of them."`
	Process *Process `yaml:"process" remote:"no" doc:"Lines of numbers, or pictures, from a program's standard output."`

	BME280  *Bosch   `yaml:"bme280" remote:"no" doc:"Temperature, pressure and humidity: Bosch BME280, at 0x76 or 0x77."`
	BMP280  *Bosch   `yaml:"bmp280" remote:"no" doc:"Temperature and pressure: Bosch BMP280, at 0x76 or 0x77."`
	SCD4x   *SCD4x   `yaml:"scd4x" remote:"no" doc:"Carbon dioxide, temperature and humidity: Sensirion SCD40 and SCD41, at 0x62."`
	HDC302x *Chip    `yaml:"hdc302x" remote:"no" doc:"Temperature and humidity: Texas Instruments HDC3020 to HDC3022, at 0x44 to 0x47."`
	AHT20   *AHT20   `yaml:"aht20" remote:"no" doc:"Temperature and humidity: Aosong AHT20, at 0x38."`
	MCP9808 *Chip    `yaml:"mcp9808" remote:"no" doc:"Temperature: Microchip MCP9808, at 0x18 to 0x1f."`
	TMP102  *Chip    `yaml:"tmp102" remote:"no" doc:"Temperature: Texas Instruments TMP102, at 0x48 to 0x4b."`
	TMP75   *Chip    `yaml:"tmp75" remote:"no" doc:"Temperature: Texas Instruments TMP75, TMP105, TMP175 and TMP275, at 0x48 to 0x4f."`
	BH1750  *Chip    `yaml:"bh1750" remote:"no" doc:"Light: Rohm BH1750, at 0x23 or 0x5c."`
	ADS1115 *ADS1115 `yaml:"ads1115" remote:"no" doc:"Voltages: Texas Instruments ADS1115, at 0x48 to 0x4b."`
	INA219  *INA219  `yaml:"ina219" remote:"no" doc:"Voltage, current and power: Texas Instruments INA219, at 0x40 to 0x4f."`
	MPU6050 *MPU6050 `yaml:"mpu6050" remote:"no" doc:"Acceleration and rotation: InvenSense MPU-6050 and MPU-9250, at 0x68 or 0x69."`
	LSM6DS  *LSM6DS  `yaml:"lsm6ds" remote:"no" doc:"Acceleration and rotation: ST LSM6DSO and LSM6DSOX, at 0x6a or 0x6b."`
	ADXL345 *ADXL345 `yaml:"adxl345" remote:"no" doc:"Acceleration: Analog Devices ADXL345, at 0x53 or 0x1d."`
	DS18B20 *DS18B20 `yaml:"ds18b20" remote:"no" doc:"Temperature: Maxim DS18B20 on a 1-wire bus of the kernel's, or behind a DS2482 on I2C at 0x18 to 0x1b."`
	HX711   *HX711   `yaml:"hx711" remote:"no" doc:"Weight: Avia HX711 on two GPIO lines."`

	IIO    *IIO    `yaml:"iio" remote:"no" doc:"A device of the kernel's Industrial I/O."`
	GPIO   *GPIO   `yaml:"gpio" remote:"no" doc:"A GPIO line: its level, its edges, or a count of them."`
	ALSA   *ALSA   `yaml:"alsa" remote:"no" doc:"Sound from a capture device."`
	V4L2   *V4L2   `yaml:"v4l2" shared:"no" remote:"no" doc:"Pictures from a camera."`
	Serial *Serial `yaml:"serial" remote:"no" doc:"Lines of numbers from a serial port."`
	MQTT   *MQTT   `yaml:"mqtt" remote:"no" doc:"Values that other devices publish."`
	System *System `yaml:"system" remote:"no" doc:"Temperature, load, memory and supply of this machine."`

	Expect map[ChannelName]Expect `yaml:"expect" shared:"yes" remote:"no" doc:"What the values of a working sensor are like, by channel, as {pressure: {min: 0, max: 16}}."`
}

// Expect is what the owner of a source expects of one of its channels, in the channel's unit.
type Expect struct {
	Min        *Real     `yaml:"min" remote:"no" doc:"Least value that can be; less is of no use and not passed on."`
	Max        *Real     `yaml:"max" remote:"no" doc:"Greatest value that can be; more is of no use and not passed on."`
	StuckAfter *Duration `yaml:"stuck_after" min:"10ms" max:"720h" remote:"no" doc:"Longest time that the very same value may stand; then it is of no use and not passed on."`
	Clip       *Real     `yaml:"clip" remote:"no" doc:"Value, up or down from 0, at which the sensor or its converter ends; from there on it is passed on and told."`
	Flat       *Flat     `yaml:"flat" remote:"no" doc:"What tells that nothing is connected: values that hardly differ are passed on and told."`
}

// Flat is how little is too little.
type Flat struct {
	Below  Real     `yaml:"below" required:"yes" remote:"no" doc:"Least difference between the smallest and the greatest value within that time."`
	Within Duration `yaml:"within" required:"yes" min:"10ms" max:"720h" remote:"no" doc:"Time in which the values of a connected sensor differ by that much."`
}

// Replay plays recordings.
type Replay struct {
	File  Path  `yaml:"file" required:"yes" remote:"no" doc:"A CSV recording, or a folder of them."`
	Speed Speed `yaml:"speed" default:"1" remote:"no" doc:"1 is real time, 10 ten times that, max as fast as the pipelines read."`
	Loop  bool  `yaml:"loop" default:"false" remote:"no" doc:"Start again after the last recording."`
}

// Process reads a program.
type Process struct {
	Command     []string  `yaml:"command" required:"yes" remote:"no" doc:"The program and its arguments. It prints one sample per line, or pictures."`
	Channels    []Channel `yaml:"channels" remote:"no" doc:"The values of one line, in order, with their units."`
	Frames      *Frames   `yaml:"frames" remote:"no" doc:"Set when the program writes raw pictures and no lines."`
	Picture     *Picture  `yaml:"picture" remote:"no" doc:"What the pipeline gets of each frame; by default all of it, grey."`
	Rate        Hertz     `yaml:"rate" required:"yes" remote:"no" doc:"Samples, or pictures, per second that the program prints."`
	SilentAfter *Duration `yaml:"silent_after" min:"1s" max:"720h" remote:"no" doc:"Longest time without a line or picture before the source counts as degraded; by default 10s or ten of them, whichever is longer."`
}

// Frames is the form of the raw pictures that a program writes, one after the other without anything between.
type Frames struct {
	Width  int    `yaml:"width" required:"yes" min:"1" max:"8192" remote:"no" doc:"Pixels in a row."`
	Height int    `yaml:"height" required:"yes" min:"1" max:"8192" remote:"no" doc:"Rows of pixels."`
	Format Pixels `yaml:"format" default:"grey" remote:"no" doc:"How the pixels are written."`
}

// Picture is what a pipeline gets of a frame.
type Picture struct {
	Width  int    `yaml:"width" required:"yes" min:"1" max:"4096" remote:"no" doc:"Pixels in a row."`
	Height int    `yaml:"height" required:"yes" min:"1" max:"4096" remote:"no" doc:"Rows of pixels."`
	Colour Colour `yaml:"colour" default:"grey" remote:"no" doc:"One value for a pixel, or three."`
	Crop   bool   `yaml:"crop" default:"false" remote:"no" doc:"Keep the proportions and cut the sides off; otherwise the frame is squeezed."`
}

// Chip is a chip on an I2C bus that gives one sample when it is asked.
type Chip struct {
	Bus     Bus      `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address *Address `yaml:"address" remote:"no" doc:"Address on the bus; by default the usual one of the chip."`
	Every   Duration `yaml:"every" default:"1s" min:"10ms" max:"24h" remote:"yes" doc:"Time between two samples."`
}

// Bosch is a BME280 or BMP280, which are wired to I2C or SPI.
type Bosch struct {
	Bus     Bus       `yaml:"bus" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	SPI     SPIDevice `yaml:"spi" remote:"no" doc:"The chip select of the chip when it is wired to SPI, as spidev0.0; instead of bus."`
	Address *Address  `yaml:"address" remote:"no" doc:"Address on the bus; by default the usual one of the chip."`
	Every   Duration  `yaml:"every" default:"1s" min:"10ms" max:"24h" remote:"yes" doc:"Time between two samples."`
}

// SCD4x measures every 5 s by itself, or every 30 s with low power; asking half as often never meets it unready.
type SCD4x struct {
	Bus      Bus      `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address  *Address `yaml:"address" remote:"no" doc:"Address on the bus; the chip has only 0x62."`
	Every    Duration `yaml:"every" default:"10s" min:"5s" max:"24h" remote:"yes" doc:"Time between two samples."`
	LowPower bool     `yaml:"low_power" default:"false" remote:"no" doc:"Measure once in 30 s instead of 5 s."`
	Altitude int      `yaml:"altitude" default:"0" min:"0" max:"3000" remote:"no" doc:"Metres above the sea, which the chip corrects for; 0 leaves the chip's own setting."`
}

// AHT20 warms itself when it is asked more often than every 2 s (data sheet, section 5.4).
type AHT20 struct {
	Bus     Bus      `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address *Address `yaml:"address" remote:"no" doc:"Address on the bus; the chip has only 0x38."`
	Every   Duration `yaml:"every" default:"2s" min:"100ms" max:"24h" remote:"yes" doc:"Time between two samples; below 2s the chip warms itself."`
}

// ADS1115 converts up to four voltages in turn.
type ADS1115 struct {
	Bus     Bus           `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address *Address      `yaml:"address" remote:"no" doc:"Address on the bus; by default 0x48."`
	Inputs  []AnalogInput `yaml:"inputs" required:"yes" remote:"no" doc:"Inputs to measure, in order: a0 to a3 against ground, or differences such as a0-a1."`
	Range   VoltRange     `yaml:"range" default:"4.096V" remote:"no" doc:"Largest voltage that can be told from more; never more than the supply."`
	Rate    Hertz         `yaml:"rate" default:"10Hz" remote:"yes" doc:"Samples per second of all the inputs together."`
}

// INA219 measures what flows through a resistor.
type INA219 struct {
	Bus     Bus      `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address *Address `yaml:"address" remote:"no" doc:"Address on the bus; by default 0x40."`
	Shunt   Ohm      `yaml:"shunt" default:"100mOhm" remote:"no" doc:"Resistor that the current flows through."`
	Most    Ampere   `yaml:"max_current" default:"3.2A" remote:"no" doc:"Largest current that can be told from more; times shunt at most 0.32 V."`
	Every   Duration `yaml:"every" default:"1s" min:"10ms" max:"24h" remote:"yes" doc:"Time between two samples."`
}

// MPU6050 measures six axes through its FIFO.
type MPU6050 struct {
	Bus     Bus        `yaml:"bus" required:"yes" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	Address *Address   `yaml:"address" remote:"no" doc:"Address on the bus; by default 0x68."`
	Rate    Hertz      `yaml:"rate" default:"100Hz" remote:"yes" doc:"Samples per second."`
	Accel   AccelRange `yaml:"accel" default:"4g" remote:"no" doc:"Largest acceleration that can be told from more."`
	Gyro    GyroRange  `yaml:"gyro" default:"500dps" remote:"no" doc:"Fastest rotation that can be told from faster, in degrees per second."`
}

// LSM6DS measures six axes through its FIFO.
type LSM6DS struct {
	Bus     Bus        `yaml:"bus" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	SPI     SPIDevice  `yaml:"spi" remote:"no" doc:"The chip select of the chip when it is wired to SPI, as spidev0.0; instead of bus."`
	Address *Address   `yaml:"address" remote:"no" doc:"Address on the bus; by default 0x6a."`
	Rate    Hertz      `yaml:"rate" default:"104Hz" remote:"yes" doc:"Samples per second."`
	Accel   AccelRange `yaml:"accel" default:"4g" remote:"no" doc:"Largest acceleration that can be told from more."`
	Gyro    GyroRange  `yaml:"gyro" default:"500dps" remote:"no" doc:"Fastest rotation that can be told from faster, in degrees per second."`
}

// ADXL345 measures three axes through its FIFO.
type ADXL345 struct {
	Bus     Bus        `yaml:"bus" remote:"no" doc:"The I2C bus of the chip, as i2c-1; dunlin sources ls lists them."`
	SPI     SPIDevice  `yaml:"spi" remote:"no" doc:"The chip select of the chip when it is wired to SPI, as spidev0.0; instead of bus."`
	Address *Address   `yaml:"address" remote:"no" doc:"Address on the bus; by default 0x53."`
	Rate    Hertz      `yaml:"rate" default:"100Hz" remote:"yes" doc:"Samples per second."`
	Range   AccelRange `yaml:"range" default:"4g" remote:"no" doc:"Largest acceleration that can be told from more."`
}

// DS18B20 hangs on a 1-wire bus that the kernel drives, or on that of a bridge on I2C.
type DS18B20 struct {
	Bus        Bus       `yaml:"bus" remote:"no" doc:"The I2C bus of the DS2482 before it, as i2c-1; without it the kernel reads the chip."`
	Address    *Address  `yaml:"address" remote:"no" doc:"Address of the DS2482; by default 0x18."`
	ID         OneWireID `yaml:"id" remote:"no" doc:"Which one, as 28-0316a2798bff; by default the only one there is."`
	Every      Duration  `yaml:"every" default:"2s" min:"1s" max:"24h" remote:"yes" doc:"Time between two samples; the chip needs 750 ms."`
	Resolution *int      `yaml:"resolution" min:"9" max:"12" remote:"no" doc:"Bits of a sample: 9 are steps of half a degree in 94 ms, 12 of a sixteenth in 750 ms; only with bus, by default as the chip is set."`
}

// HX711 is read bit by bit.
type HX711 struct {
	Chip  Word     `yaml:"chip" remote:"no" doc:"GPIO chip of the two lines, as gpiochip0; by default all are looked at."`
	Data  Line     `yaml:"data" required:"yes" remote:"no" doc:"Line of DOUT: its number or its name."`
	Clock Line     `yaml:"clock" required:"yes" remote:"no" doc:"Line of PD_SCK: its number or its name."`
	Scale Number   `yaml:"scale" required:"yes" remote:"no" doc:"Counts of the converter for one gram."`
	Tare  int      `yaml:"tare" default:"0" min:"-8388608" max:"8388607" remote:"no" doc:"Counts of the converter with nothing on the scale."`
	Every Duration `yaml:"every" default:"200ms" min:"15ms" max:"24h" remote:"yes" doc:"Time between two samples; below 120ms the chip's pin RATE must be high."`
}

// Drivers are the words that a source's key driver may have.
func Drivers() []string {
	t := reflect.TypeFor[Source]()
	return variants(t, unionField(t))
}
