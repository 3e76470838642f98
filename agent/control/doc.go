// Package control is the local API of a running agent: HTTP and JSON over a Unix socket, and the client that the
// command line uses.
//
//	GET  /v1/status              the agent's status
//	GET  /v1/watch?every=1s      the same as JSON lines, until the client hangs up
//	POST /v1/log-level           {"level": "debug"}
//	POST /v1/pipelines/NAME      {"on": false}
//	GET  /v1/models              the versions on the shelf
//	POST /v1/models              the bytes of a bundle; the answer is its version
//	POST /v1/models/activate     {"model": "motions@2", "pipeline": "activity"}
//	POST /v1/models/revert       {"model": "motions", "pipeline": "activity"}
//	POST /v1/models/remove       {"model": "motions@2"}
//
// Errors are {"error": "one sentence"} with the HTTP status that fits. Who asks is known from the kernel (SO_PEERCRED,
// SO_PEERGROUPS), never from what the client says: anyone on the machine may read; root, members of the group dunlin
// and the user that runs the agent may change. The socket has mode 0666 in a folder of mode 0755.
//
// This package imports rows 1 and 0 and lower ranks of the agent. Server.Run owns one goroutine for the HTTP server and
// one per connection; all have ended when it returns.
package control
