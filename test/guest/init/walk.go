package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
)

// walkRate is the chip's rate that comes nearest to the 10 samples a second of the recordings. The walker is that much
// faster, and cross/guest lets the model expect it.
const walkRate = 12.5

// walk is a recording that goes round and round, as the chip feels it.
func walk(file string) (lsm6dstest.Signal, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var samples [][6]float64
	for _, l := range lines[1:] {
		var s [6]float64
		for i := range s {
			if s[i], err = strconv.ParseFloat(l[i+1], 64); err != nil {
				return nil, fmt.Errorf("read %s: %w", file, err)
			}
		}
		samples = append(samples, s)
	}
	return func(t time.Duration) (accel, gyro [3]float64) {
		s := samples[int(t.Seconds()*walkRate)%len(samples)]
		return [3]float64(s[:3]), [3]float64(s[3:])
	}, nil
}
