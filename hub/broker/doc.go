// Package broker is how the hub talks to its devices over MQTT: publish to one, receive from all of them in a queue
// group, decide who may connect, cut one off.
//
// Enters: a Config. Leaves: the device's messages with their MQTT topics. The embedded server is NATS with its MQTT
// listener; devices speak MQTT, the hub speaks NATS inside the process, and this package alone maps topics to subjects.
//
// The broker holds nothing that matters. Data travels at QoS 0 and is acknowledged end to end by the hub after its
// commit, so the server's five MQTT streams live in memory and are created before the first device is let in: on
// disk, one full disk would stop every connect until a restart.
//
// A device is `tenant/device` (its MQTT user name) and its client id is `tenant:device`, so that no device can throw
// another out by its id. It may publish below its own `up/` and subscribe to its own `down/#`, nothing else. Without
// TLS the server listens on loopback only and believes the user name; with TLS the name must be in the certificate.
//
// It may import sync/wire, nats-server and nats.go. It never decodes a payload and never waits for the hub's handler
// to keep a device connected: what does not fit into the pending buffer is dropped, counted, and sent again by its
// device. Goroutines: the server's and the client connection's, all ended by Close.
package broker
