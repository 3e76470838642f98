// Package brokertest is the contract of every broker that the hub can use, and the device side that drives it: paho
// clients and the mosquitto command-line clients, so that two unrelated implementations of MQTT agree.
//
// Enters: a function that starts a broker. Leaves: test failures. It is imported by tests only.
package brokertest
