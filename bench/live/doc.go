// Package live runs whole programs for those of bench that measure them: it builds agent and hub (and the bare C loop),
// writes a configuration, starts them and asks the agent's local API.
package live
