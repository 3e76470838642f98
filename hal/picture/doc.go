// Package picture turns what a camera delivers into what a model takes: raw and JPEG frames of any size into W x H
// pictures of grey or RGB values from 0 to 255, as hal.Picture describes them.
//
// Frames enter as bytes, values leave in memory that the caller owns. Shrinking averages areas, so no point of the
// frame is left out and noise falls; growing is bilinear. A Watch tells pictures that a working camera can give from
// those it cannot: frozen, black. Hostile bytes give an error, never a panic and never memory beyond the frame's own
// size. The package is pure: no I/O, no clock, no goroutine; it imports hal, hal/judge and the standard library.
package picture
