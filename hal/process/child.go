package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// child is a running program and its process group.
type child struct {
	cmd    *exec.Cmd
	stdout *os.File
	stderr lastLine

	exited chan struct{} // closed when the program has exited; it is not yet reaped, so its number is still its own
}

func start(command []string) (*child, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(command[0], command[1:]...), stdout: r, exited: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = w, &c.stderr
	c.cmd.SysProcAttr = ownGroup()
	c.cmd.WaitDelay = 200 * time.Millisecond // a stranger that keeps standard error open does not keep us
	err = c.cmd.Start()
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	go func() {
		waitExit(c.cmd.Process.Pid)
		close(c.exited)
	}()
	return c, nil
}

// await gives the program time to exit by itself.
func (c *child) await(grace time.Duration) {
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-c.exited:
	case <-t.C:
	}
}

// end asks the group to end, then makes it, and lets go of its output.
func (c *child) end(grace time.Duration) {
	endGroup(c.cmd.Process.Pid)
	c.await(grace)
	killGroup(c.cmd.Process.Pid)
	// A stranger that left the group may still hold the other end. Pipes take deadlines, so this cannot fail.
	_ = c.stdout.SetReadDeadline(time.Now())
}

// finish reaps the program, which end has ended.
func (c *child) finish() error {
	<-c.exited
	return errors.Join(c.cmd.Wait(), c.stdout.Close())
}

// reason says why the program ended, in its own last words if it had any.
func (c *child) reason(err error) error {
	if err == nil {
		err = errors.New("the program ended with exit status 0")
	}
	if last := c.stderr.text(); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}
