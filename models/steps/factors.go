package steps

import (
	"fmt"
	"math"
)

// largestFactor bounds the prime factors of a transform's length: a factor p costs p operations per value.
const largestFactor = 61

// factors splits a transform's length, odd factors first: those passes then meet no middle value of an even part. A
// lone power of two with an odd exponent begins with 8, which saves a pass. The last element of a nil list is unknown.
func factors(n int) (list []int, rest int) {
	twos := 0
	for n%2 == 0 {
		n, twos = n/2, twos+1
	}
	for p := 3; p <= largestFactor; p += 2 {
		for n%p == 0 {
			n, list = n/p, append(list, p)
		}
	}
	switch {
	case twos%2 == 0:
	case len(list) == 0 && twos >= 3:
		list, twos = append(list, 8), twos-3
	default:
		list, twos = append(list, 2), twos-1
	}
	for ; twos > 0; twos -= 2 {
		list = append(list, 4)
	}
	return list, n
}

// transformable says why a real transform of n values cannot be made.
func transformable(n int) string {
	if _, rest := factors(n); rest != 1 {
		return fmt.Sprintf("length %d of a Fourier transform: want one whose prime factors are at most %d", n, largestFactor)
	}
	return ""
}

// turn is exp(-2 pi i num / den), exact at quarters.
func turn(num, den int) (re, im float64) {
	num %= den
	if 8*num%den == 0 {
		const h = math.Sqrt2 / 2
		re8, im8 := [...]float64{1, h, 0, -h, -1, -h, 0, h}, [...]float64{0, -h, -1, -h, 0, h, 1, h}
		return re8[8*num/den], im8[8*num/den]
	}
	s, c := math.Sincos(2 * math.Pi * float64(num) / float64(den))
	return c, -s
}
