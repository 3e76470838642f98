// Package live runs the real agent and hub for the programs of bench that measure whole processes: it builds both,
// writes a configuration, starts them and asks the agent's local API.
package live
