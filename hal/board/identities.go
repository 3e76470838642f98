package board

// Addresses that several rows share.
var (
	at1819   = []uint16{0x18, 0x19}
	at1d53   = []uint16{0x1d, 0x53}
	at40to43 = []uint16{0x40, 0x41, 0x42, 0x43}
	at48to4b = []uint16{0x48, 0x49, 0x4a, 0x4b}
	at6869   = []uint16{0x68, 0x69}
	at6a6b   = []uint16{0x6a, 0x6b}
	at7677   = []uint16{0x76, 0x77}
)

// identities: chips that have no row with a register are known by their address alone. The first row that fits counts.
// Where a chip at the same address takes the first byte for a command (BH1750, AHT20, SCD4x, HDC302x, port expanders
// at 0x20 to 0x27 and 0x38 to 0x3f, multiplexers at 0x70 to 0x75), there is no row with a register.
var identities = []identity{
	// Bosch BST-BME280-DS002 5.4.1, BST-BMP280-DS001 4.3.1, BST-BME680-DS001 5.3.1, BST-BMP180-DS000 4 (table 5)
	{chip: "bme280", addresses: at7677, register: []byte{0xd0}, bytes: 1, want: 0x60},
	{chip: "bmp280", addresses: at7677, register: []byte{0xd0}, bytes: 1, want: 0x58},
	{chip: "bme680", addresses: at7677, register: []byte{0xd0}, bytes: 1, want: 0x61},
	{chip: "bmp180", addresses: []uint16{0x77}, register: []byte{0xd0}, bytes: 1, want: 0x55},
	// ST, register WHO_AM_I of each data sheet
	{chip: "lsm6ds3", addresses: at6a6b, register: []byte{0x0f}, bytes: 1, want: 0x69},
	{chip: "lsm6dsl or lsm6ds3tr-c", addresses: at6a6b, register: []byte{0x0f}, bytes: 1, want: 0x6a},
	{chip: "lsm6dsr", addresses: at6a6b, register: []byte{0x0f}, bytes: 1, want: 0x6b},
	{chip: "lsm6dsox or lsm6dso", addresses: at6a6b, register: []byte{0x0f}, bytes: 1, want: 0x6c},
	{chip: "lsm6dsv", addresses: at6a6b, register: []byte{0x0f}, bytes: 1, want: 0x70},
	{chip: "lis3dh or lis2dh12", addresses: at1819, register: []byte{0x0f}, bytes: 1, want: 0x33},
	{chip: "lis2dw12", addresses: at1819, register: []byte{0x0f}, bytes: 1, want: 0x44},
	// InvenSense, register WHO_AM_I (117) of RM-MPU-6000A, RM-MPU-6500A and RM-MPU-9250A
	{chip: "mpu6050", addresses: at6869, register: []byte{0x75}, bytes: 1, want: 0x68},
	{chip: "mpu6500", addresses: at6869, register: []byte{0x75}, bytes: 1, want: 0x70},
	{chip: "mpu9250", addresses: at6869, register: []byte{0x75}, bytes: 1, want: 0x71},
	{chip: "mpu9255", addresses: at6869, register: []byte{0x75}, bytes: 1, want: 0x73},
	{chip: "ds3231 clock", addresses: []uint16{0x68}},
	// Analog Devices ADXL345 rev. G, register 0x00 DEVID, 345 octal
	{chip: "adxl345", addresses: at1d53, register: []byte{0x00}, bytes: 1, want: 0xe5},
	// Microchip DS25095, register 5-9: manufacturer 0x0054
	{chip: "mcp9808", addresses: []uint16{0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f}, register: []byte{0x06}, bytes: 2, want: 0x0054},
	// TI SBOS397 7.6.2: bits 14 and 13 of TMP102's configuration read 1, its low four bits 0 (power-up 0x60a0)
	{chip: "tmp102", addresses: at48to4b, register: []byte{0x01}, bytes: 2, mask: 0x600f, want: 0x6000},
	// TI SBAS444 8.1.3: ADS1115's configuration when it rests (OS 1) with its comparator off (COMP_QUE 11), as after
	// power-up (0x8583)
	{chip: "ads1115", addresses: at48to4b, register: []byte{0x01}, bytes: 2, mask: 0x8003, want: 0x8003},
	// TI SBOS448 8.6.2.1: INA219's configuration after power-up
	{chip: "ina219", addresses: at40to43, register: []byte{0x00}, bytes: 2, want: 0x399f},
	// Maxim 19-4930: a byte that is no command is not acknowledged, which the numbers of all registers above are not
	{chip: "ds2482, a bridge to 1-Wire", addresses: []uint16{0x18, 0x19, 0x1a, 0x1b}, mute: true},
	{chip: "ads1115", addresses: at48to4b},
	{chip: "tmp102", addresses: at48to4b},
	{chip: "tmp75", addresses: []uint16{0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f}},
	{chip: "ina219", addresses: at40to43},
	{chip: "hdc302x", addresses: []uint16{0x44, 0x45, 0x46, 0x47}},
	{chip: "sht3x or sht4x", addresses: []uint16{0x44, 0x45}},
	{chip: "aht20", addresses: []uint16{0x38}},
	{chip: "bh1750", addresses: []uint16{0x23, 0x5c}},
	{chip: "scd4x", addresses: []uint16{0x62}},
	{chip: "eeprom", addresses: []uint16{0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57}},
	{chip: "display ssd1306", addresses: []uint16{0x3c, 0x3d}},
	{chip: "multiplexer tca9548", addresses: []uint16{0x70, 0x71, 0x72, 0x73, 0x74, 0x75}},
}
