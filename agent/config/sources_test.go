package config_test

import (
	"math"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

var inf = math.Inf(1)

// sensors are the sources of testdata/good/sensors.yaml as a person reads them.
var sensors = []config.SourceConfig{
	{Driver: "scd4x", Name: "air", SCD4x: &config.SCD4xConfig{
		ChipConfig: config.ChipConfig{Place: config.Place{Bus: "i2c-1"}, Every: time.Minute}, LowPower: true, Altitude: 440,
	}},
	{Driver: "ina219", Name: "battery", INA219: &config.INA219Config{Place: config.Place{Bus: "i2c-1", Address: 0x41}, Shunt: 0.01, Most: 3.2, Every: 250 * time.Millisecond}},
	{Driver: "ds18b20", Name: "boiler", DS18B20: &config.DS18B20Config{ID: "28-0316a2798bff", Every: 5 * time.Second}},
	{Driver: "ds18b20", Name: "boiler-back", DS18B20: &config.DS18B20Config{
		Place: config.Place{Bus: "i2c-1", Address: 0x1b}, ID: "28-0316a2794f7c", Every: 2 * time.Second, Resolution: 10,
	}},
	{Driver: "ds18b20", Name: "boiler-feed", DS18B20: &config.DS18B20Config{Place: config.Place{Bus: "/dev/i2c-1", Address: 0x1b}, ID: "28-0316a2798bff", Every: 2 * time.Second}},
	{Driver: "adxl345", Name: "box", IMU: &config.IMUConfig{Place: config.Place{Bus: "i2c-0"}, Rate: 200, Accel: 16}},
	{Driver: "v4l2", Name: "cam", V4L2: &config.V4L2Config{Device: "/dev/video0", Width: 96, Height: 64, Colour: "rgb", Crop: true, Format: "yuyv", Rate: 5}},
	{Driver: "gpio", Name: "door", GPIO: &config.GPIOConfig{
		Line: "17", Mode: config.LineEdge, Edges: config.EdgesAuto, Debounce: 5 * time.Millisecond, Bias: "pull-up", ActiveLow: true,
	}},
	{Driver: "gpio", Name: "flow", GPIO: &config.GPIOConfig{Chip: "gpiochip4", Line: "GPIO22", Mode: config.LineCounter, Edges: "falling", Every: time.Second, Bias: "as-is"},
		Expect: map[string]judge.Rule{"rate": {Min: -inf, Max: 110000}}},
	{Driver: "ads1115", Name: "gas", ADS1115: &config.ADS1115Config{Place: config.Place{Bus: "i2c-1"}, Inputs: []string{"a0", "a2-a3"}, Range: 2.048, Rate: 32},
		Expect: map[string]judge.Rule{"a0": {}, "a2a3": {Min: -1.25, Max: inf}}},
	{Driver: "lsm6ds", Name: "imu", IMU: &config.IMUConfig{Place: config.Place{Bus: "i2c-1", Address: 0x6b}, Rate: 208, Accel: 8, Gyro: 125}},
	{Driver: "iio", Name: "kernel", IIO: &config.IIOConfig{
		Device: "lsm6dsox_accel", Parent: "1-006a", Channels: []string{"accel_x", "accel_z"}, Mode: config.IIOBuffer, Rate: 104, Watermark: 26, Trigger: "t0",
	}, Expect: map[string]judge.Rule{"az": {Stuck: 500 * time.Millisecond}}},
	{Driver: "bh1750", Name: "light", Chip: &config.ChipConfig{Place: config.Place{Bus: "i2c-1"}, Every: time.Second}},
	{Driver: "system", Name: "machine", System: &config.SystemConfig{What: []string{"cpu_temperature", "load"}, Disk: "/etc/dunlin/data", Every: 10 * time.Second}},
	{Driver: "alsa", Name: "mic", ALSA: &config.ALSAConfig{Device: "hw:1,0", Rate: 16000, Channels: 2}, Expect: map[string]judge.Rule{"mic1": {}}},
	{Driver: "mpu6050", Name: "old", IMU: &config.IMUConfig{Place: config.Place{Bus: "i2c-1"}, Rate: 100, Accel: 4, Gyro: 500}},
	{Driver: "mqtt", Name: "outside", MQTT: &config.MQTTConfig{
		URL: "mqtts://hub.example.org:8883", Topic: "site/3/air", CA: "/etc/dunlin/ca.pem", User: "pump", Password: "/etc/dunlin/secret",
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}}, Paths: []string{"air.t", "humidity"}, SilentAfter: 90 * time.Minute,
	}},
	{Driver: "bmp280", Name: "oven", Chip: &config.ChipConfig{Place: config.Place{SPI: "spidev1.0"}, Every: 5 * time.Second}},
	{Driver: "lsm6ds", Name: "panel", IMU: &config.IMUConfig{Place: config.Place{SPI: "spidev0.1"}, Rate: 104, Accel: 4, Gyro: 500}},
	{Driver: "mqtt", Name: "plain", MQTT: &config.MQTTConfig{
		URL: "mqtt://h", Topic: "t", Channels: []hal.Channel{{Name: "x", Unit: "1"}}, Rate: 2, Retained: true,
	}},
	{Driver: "serial", Name: "port", Serial: &config.SerialConfig{Device: "/dev/ttyUSB0", Baud: 9600, Channels: []hal.Channel{{Name: "level", Unit: "m"}}, Rate: 2, SilentAfter: 3 * time.Second},
		Expect: map[string]judge.Rule{"level": {Min: 0, Max: 16.5, Clip: 15.9, Stuck: 10 * time.Minute, Flat: 0.005, FlatFor: time.Minute}}},
	{Driver: "bme280", Name: "room", Chip: &config.ChipConfig{Place: config.Place{Bus: "i2c-1", Address: 0x77}, Every: 2 * time.Second}},
	{Driver: "adxl345", Name: "saw", IMU: &config.IMUConfig{Place: config.Place{SPI: "/dev/spidev0.0"}, Rate: 3200, Accel: 16}},
	{Driver: "hx711", Name: "scale", HX711: &config.HX711Config{Data: "5", Clock: "6", Scale: -418.5, Tare: -8210, Every: 200 * time.Millisecond}},
	{Driver: "process", Name: "screen", Process: &config.ProcessConfig{Command: []string{"grab"}, Rate: 2, SilentAfter: time.Minute, Frames: &config.FramesConfig{
		Width: 160, Height: 120, Format: "yuyv", Picture: hal.Picture{Width: 96, Height: 96, Depth: 3}, Crop: true,
	}}},
	{Driver: "process", Name: "small", Process: &config.ProcessConfig{Command: []string{"grab"}, Rate: 1, Frames: &config.FramesConfig{
		Width: 8, Height: 4, Format: "grey", Picture: hal.Picture{Width: 8, Height: 4, Depth: 1},
	}}},
}

func TestSensors(t *testing.T) {
	data, err := os.ReadFile("testdata/good/sensors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sensors, got.Sources); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

// leastSettings are what each driver cannot do without.
var leastSettings = map[string]string{
	"replay": "file=a.csv", "process": "command=a,channels=x[1],rate=1Hz",
	"bme280": "bus=i2c-1", "bmp280": "bus=i2c-1", "scd4x": "bus=i2c-1", "hdc302x": "bus=i2c-1", "aht20": "bus=i2c-1",
	"mcp9808": "bus=i2c-1", "tmp102": "bus=i2c-1", "tmp75": "bus=i2c-1", "bh1750": "bus=i2c-1", "ads1115": "bus=i2c-1,inputs=a0", "ina219": "bus=i2c-1",
	"mpu6050": "bus=i2c-1", "lsm6ds": "bus=i2c-1", "adxl345": "bus=i2c-1", "ds18b20": "", "hx711": "data=1,clock=2,scale=3",
	"iio": "device=a", "gpio": "line=1", "alsa": "device=default", "v4l2": "device=/dev/video0,width=8,height=8",
	"serial": "device=/dev/ttyS0,channels=x[1]", "mqtt": "url=mqtt://h,topic=t,fields=x[1]", "system": "",
}

// TestEveryDriver: a driver that the file may name can be started with, and ends as exactly one typed form.
func TestEveryDriver(t *testing.T) {
	for _, driver := range config.Drivers() {
		settings, known := leastSettings[driver]
		if !known {
			t.Errorf("%s: leastSettings does not know it", driver)
			continue
		}
		text, err := config.Start([]string{driver + ":" + settings})
		if err != nil {
			t.Errorf("%s: %v", driver, err)
			continue
		}
		c, err := parse(string(text))
		if err != nil {
			t.Errorf("%s: %v\n%s", driver, err, text)
			continue
		}
		if n := setPointers(c.Sources[0]); n != 1 || c.Sources[0].Driver != driver {
			t.Errorf("%s: %d typed forms: %+v", driver, n, c.Sources[0])
		}
	}
}

func setPointers(s config.SourceConfig) (n int) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			n++
		}
	}
	return n
}
