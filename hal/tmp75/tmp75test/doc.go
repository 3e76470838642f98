// Package tmp75test is a register model of TI's TMP75 and TMP105 for tests, from their data sheets (SBOS288, SBOS648).
//
// What the chip measures enters through SetCelsius, faults through the other methods; it is a chiptest.Model. It starts
// no goroutine: time passes when it is asked.
package tmp75test
