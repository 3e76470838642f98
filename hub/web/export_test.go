package web

// What no page test could reach for all numbers.
var (
	NewBar     = newBar
	NewMeasure = newMeasure
)

// Measure is what NewMeasure returns.
type Measure = measure

// BarWidth is the width that a bar's parts share.
const BarWidth = barWidth
