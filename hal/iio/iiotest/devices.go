package iiotest

// IMU is the accelerometer of an LSM6DSOX as st_lsm6dsx shows it, ready to be captured at 104 Hz.
func IMU() map[string]string {
	attrs := map[string]string{
		"name":                             "lsm6dsox_accel",
		"sampling_frequency":               "104.000000",
		"sampling_frequency_available":     "12.500000 26.000000 52.000000 104.000000 208.000000 416.000000 833.000000",
		"current_timestamp_clock":          "boottime",
		"in_accel_scale":                   "0.000598", // 2 g full scale: 0.061 mg in each bit
		"in_accel_scale_available":         "0.000598 0.001196 0.002393 0.004785",
		"in_accel_x_raw":                   "-16",
		"in_accel_y_raw":                   "32",
		"in_accel_z_raw":                   "16398",
		"buffer/enable":                    "1",
		"buffer/length":                    "208",
		"buffer/watermark":                 "5",
		"scan_elements/in_timestamp_en":    "1",
		"scan_elements/in_timestamp_index": "3",
		"scan_elements/in_timestamp_type":  "le:s64/64>>0",
	}
	for i, axis := range []string{"x", "y", "z"} {
		base := "scan_elements/in_accel_" + axis
		attrs[base+"_en"], attrs[base+"_index"], attrs[base+"_type"] = "1", string(rune('0'+i)), "le:s16/16>>0"
	}
	return attrs
}

// Climate is a BME280 as bmp280 shows it, with the values that the data sheet's example registers give.
func Climate() map[string]string {
	return map[string]string{
		"name": "bme280", "in_temp_input": "25080", "in_pressure_input": "100.653000000", "in_humidityrelative_input": "49654",
		"in_temp_oversampling_ratio": "2", "in_pressure_oversampling_ratio": "16",
	}
}
