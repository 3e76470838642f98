package iio_test

import (
	"math"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/iio/iiotest"
)

func TestNames(t *testing.T) {
	for id, want := range map[string]hal.Channel{
		"accel_x": {Name: "ax", Unit: "m/s2"}, "anglvel_y": {Name: "gy", Unit: "rad/s"}, "magn_z": {Name: "mz", Unit: "T"},
		"temp": {Name: "temperature", Unit: "Cel"}, "temp_ambient": {Name: "temperature_ambient", Unit: "Cel"},
		"pressure": {Name: "pressure", Unit: "Pa"}, "humidityrelative": {Name: "humidity", Unit: "%"},
		"illuminance": {Name: "illuminance", Unit: "lx"}, "intensity_both": {Name: "intensity_both", Unit: "1"},
		"voltage0": {Name: "voltage0", Unit: "V"}, "voltage0-voltage1": {Name: "voltage0_1", Unit: "V"}, "voltage3_VDD": {Name: "voltage3_vdd", Unit: "V"},
		"current": {Name: "current", Unit: "A"}, "power": {Name: "power", Unit: "W"}, "concentration_co2": {Name: "co2", Unit: "ppm"},
		"distance": {Name: "distance", Unit: "m"}, "angl": {Name: "angle", Unit: "rad"}, "rot_quaternion": {Name: "orientation_quaternion", Unit: "1"},
	} {
		c, ok := iio.Named(id)
		if !ok || c.Hal() != want {
			t.Errorf("%s is %+v (%v), want %+v", id, c.Hal(), ok, want)
		}
	}
	for _, id := range []string{"", "timestamp", "accelerator_x", "magnet", "x"} {
		if c, ok := iio.Named(id); ok {
			t.Errorf("%q is taken for %+v", id, c.Hal())
		}
	}
}

func scan(t *testing.T, tree *iiotest.Tree) map[string]iio.Device {
	t.Helper()
	list, err := iio.Scan(tree.Root)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]iio.Device{}
	for _, d := range list {
		found[d.ID] = d
	}
	return found
}

func names(d iio.Device) (list []string) {
	for _, c := range d.Channels {
		list = append(list, c.Name)
	}
	return list
}

func TestScan(t *testing.T) {
	tree := iiotest.New(t)
	tree.At("iio:device0", "1-006a", iiotest.IMU())
	tree.At("iio:device1", "1-0076", iiotest.Climate())
	tree.Add("iio:device2", map[string]string{
		"name": "ads1015", "label": "tank", "in_voltage0_raw": "100", "in_voltage0_scale": "3.0", "in_voltage1_raw": "7",
		"in_voltage0-voltage1_raw": "-5", "in_voltage-voltage_scale": "2.0", "in_voltage_scale": "1.0", "in_voltage_offset": "4",
		"in_voltage_mean_raw": "1", "out_voltage0_raw": "1", "in_flux_raw": "1", "sampling_frequency_available": "[1 1 3300]", "sampling_frequency": "1600",
	})
	tree.Add("trigger0", map[string]string{"name": "bme280-dev1"})
	tree.Add("trigger1", map[string]string{"name": "pace", "sampling_frequency": "12.500"})
	tree.Add("iio_sysfs_trigger", map[string]string{"add_trigger": ""})
	found := scan(t, tree)
	if len(found) != 3 {
		t.Fatalf("%d devices, want 3", len(found))
	}
	imu := found["iio:device0"]
	if got := names(imu); !slices.Equal(got, []string{"ax", "ay", "az"}) || !imu.Buffered || imu.Parent != "1-006a" || imu.Clock != "boottime" {
		t.Errorf("imu: %v, %+v", got, imu)
	}
	if c := imu.Channels[0]; c.Scale != 0.000598 || c.Offset != 0 || !c.Scan || !c.Enabled || c.Raw != "in_accel_x_raw" || c.Input != "" {
		t.Errorf("ax: %+v", c)
	}
	if imu.Frequency != 104 || len(imu.Frequencies) != 7 || imu.Frequencies[0] != 12.5 || len(imu.Triggers) != 2 || imu.Triggers[0].Name != "bme280-dev1" || imu.Triggers[0].Frequency != 0 || imu.Triggers[1].Frequency != 12.5 {
		t.Errorf("imu: %v of %v, triggers %v", imu.Frequency, imu.Frequencies, imu.Triggers)
	}
	if got := names(found["iio:device1"]); !slices.Equal(got, []string{"humidity", "pressure", "temperature"}) || found["iio:device1"].Buffered {
		t.Errorf("climate: %v", got)
	}
	adc := found["iio:device2"]
	if got := names(adc); !slices.Equal(got, []string{"voltage0", "voltage0_1", "voltage1"}) || adc.Label != "tank" {
		t.Errorf("converter: %v, %+v", got, adc)
	}
	for i, want := range [][2]float64{{3, 4}, {2, 0}, {1, 4}} { // own scale, that of pairs, that of the kind
		if c := adc.Channels[i]; c.Scale != want[0] || c.Offset != want[1] {
			t.Errorf("%s: scale %v, offset %v, want %v", c.ID, c.Scale, c.Offset, want)
		}
	}
	if adc.FrequencyRange != [3]hal.Hertz{1, 1, 3300} || adc.Frequencies != nil {
		t.Errorf("converter: %v, %v", adc.FrequencyRange, adc.Frequencies)
	}
}

func TestNoIIOAtAll(t *testing.T) {
	if list, err := iio.Scan(t.TempDir() + "/none"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func close32(got float32, want float64) bool {
	return math.Abs(float64(got)-want) <= 1e-6*math.Abs(want)
}
