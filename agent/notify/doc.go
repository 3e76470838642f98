// Package notify tells systemd how the agent is: ready, alive, stopping.
//
// The settling of the pipelines and their progress enter; READY=1, WATCHDOG=1, STOPPING=1, EXTEND_TIMEOUT_USEC= and STATUS= leave through the
// socket named by NOTIFY_SOCKET. Without that variable nothing is sent. It imports package agent and go-systemd's daemon.
// The Task lives on the goroutine of its Run and a second one that waits for the pipelines; both end with it.
package notify
