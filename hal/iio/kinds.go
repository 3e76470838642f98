package iio

// kind is one type of channel: how hal calls it, its unit, and what turns the unit of the kernel's ABI into it.
type kind struct {
	kernel string // iio_chan_type_name_spec in drivers/iio/industrialio-core.c
	name   string
	unit   string
	factor float64
	axis   string // what precedes x, y and z; empty keeps the long name
}

// kinds are the types of channels with the units of Documentation/ABI/testing/sysfs-bus-iio.
var kinds = []kind{
	{"accel", "acceleration", "m/s2", 1, "a"},
	{"activity", "activity", "%", 1, ""},
	{"altvoltage", "altvoltage", "V", 1e-3, ""}, // millivolts
	{"angl", "angle", "rad", 1, ""},
	{"anglvel", "rotation", "rad/s", 1, "g"},
	{"attention", "attention", "%", 1, ""},
	{"capacitance", "capacitance", "nF", 1, ""}, // nanofarads
	{"cct", "colour_temperature", "K", 1, ""},
	{"chromaticity", "chromaticity", "1", 1, ""},
	{"colortemp", "colour_temperature", "K", 1, ""},
	{"concentration", "concentration", "ppm", 1e4, ""}, // per cent
	{"count", "count", "1", 1, ""},
	{"current", "current", "A", 1e-3, ""}, // milliamperes
	{"deltaangl", "delta_angle", "rad", 1, ""},
	{"deltavelocity", "delta_velocity", "m/s", 1, ""},
	{"distance", "distance", "m", 1, ""},
	{"electricalconductivity", "conductivity", "S/m", 1, ""},
	{"energy", "energy", "J", 1, ""},
	{"gravity", "gravity", "m/s2", 1, ""},
	{"humidityrelative", "humidity", "%", 1e-3, ""}, // milli per cent
	{"illuminance", "illuminance", "lx", 1, ""},
	{"incli", "inclination", "deg", 1, ""},
	{"index", "index", "1", 1, ""},
	{"intensity", "intensity", "1", 1, ""},
	{"magn", "field", "T", 1e-4, "m"}, // gauss
	{"massconcentration", "mass", "ug/m3", 1, ""},
	{"ph", "ph", "[pH]", 1, ""},
	{"phase", "phase", "rad", 1, ""},
	{"positionrelative", "position", "%", 1e-3, ""}, // milli per cent
	{"power", "power", "W", 1e-3, ""},               // milliwatts
	{"pressure", "pressure", "Pa", 1e3, ""},         // kilopascals
	{"proximity", "proximity", "1", 1, ""},
	{"resistance", "resistance", "Ohm", 1, ""},
	{"rot", "orientation", "1", 1, ""}, // quaternions; degrees for a few, which do not say so
	{"steps", "steps", "1", 1, ""},
	{"temp", "temperature", "Cel", 1e-3, ""}, // millidegrees
	{"uvindex", "uv_index", "1", 1, ""},
	{"velocity", "velocity", "m/s", 1, ""},
	{"voltage", "voltage", "V", 1e-3, ""}, // millivolts
}
