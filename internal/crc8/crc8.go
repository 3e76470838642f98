package crc8

const polynomial = 0x31

// Sum is the checksum of b.
func Sum(b []byte) byte {
	sum := byte(0xff)
	for _, v := range b {
		sum ^= v
		for range 8 {
			carry := sum >> 7
			sum = sum<<1 ^ carry*polynomial
		}
	}
	return sum
}
