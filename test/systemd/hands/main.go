// Command hands does the errands of test/systemd inside its guest. `hands PORT` runs one program after the other, as the
// host asks on a virtio serial port (package errand). Two errands need more than a program of Debian and are this one
// again: `hands plug` is a fake USB-to-I2C bridge with chips behind it, `hands freeze PID LIBRARY` stops the one thread
// of a process that is inside a library. Both tell systemd when they are ready, and live until they are stopped.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 1 && args[0] == "plug":
		err = plug(ctx)
	case len(args) == 3 && args[0] == "freeze":
		err = freeze(ctx, args[1], args[2])
	case len(args) == 1:
		err = serve(args[0])
	default:
		err = errors.New("usage: hands PORT | plug | freeze PID LIBRARY")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hands:", err)
		os.Exit(1)
	}
}

// ready tells systemd (sd_notify(3)).
func ready() error {
	conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	_, err = conn.Write([]byte("READY=1"))
	return errors.Join(err, conn.Close())
}
