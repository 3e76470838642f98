// Package mcp9808test is a model of Microchip's MCP9808 for tests: its registers, sign and alert bits, continuous
// conversions with their times, shutdown.
//
// Transfers enter as for chiptest.Model, settings through methods; any goroutine may call them.
package mcp9808test
