// Package mqttin reads samples from an MQTT topic: the values of another device.
//
// Messages of one topic enter, at QoS 0 in a clean session; each is one sample, as a line of numbers in the grammar of
// hal/lines, or as JSON from which Config.Fields picks values. Blocks leave, stamped when their message arrived. A
// retained message is whatever somebody said last, perhaps years ago: it is passed over unless Config.Retained asks for
// it. A payload that does not decode, or is larger than 16 kB, is counted, logged at its edges, and makes the next block
// discontinuous; a packet of more than a megabyte ends the connection before it takes memory.
//
// A connection that is lost ends Run with an error; pauses and restarts are the supervisor's. Passwords come from a file
// that is read for every connection, and are never printed. The package imports hal, hal/lines, internal/clock and the
// paho MQTT client, whose goroutines have ended when Run returns.
package mqttin
