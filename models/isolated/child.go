package isolated

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/subprocess"
)

// mercy is how long a killed child may take to be gone. One that hangs inside the kernel takes for ever: nobody can end
// it, and nobody waits longer.
const mercy = 2 * time.Second

// lastWords is how long the error output of a child that has ended is read: they come late on a busy machine, and a
// stranger that keeps it open does not keep us.
const lastWords = 5 * time.Second

// child is a running process.
type child struct {
	cmd      *exec.Cmd
	requests *os.File // to the child
	answers  *os.File // from the child; ends with it
	stderr   subprocess.Tail
	born     time.Time

	first chan answer   // the child's message
	gone  chan struct{} // closed when the process is reaped; err is then set
	err   error

	mu        sync.Mutex
	page      *page // told when the child dies
	dead      bool
	reaping   bool // its number may belong to somebody else
	cancelled bool // killed because somebody asked for it
}

// start runs the command with the two files, which may be nil, as descriptors 5 and 6.
func start(cfg *Config, model, tensors *os.File) (*child, error) {
	subprocess.KeepFiles()
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, inRead.Close(), inWrite.Close())
	}
	c := &child{
		cmd: &exec.Cmd{Path: cfg.Program, Args: cfg.Command}, requests: inWrite, answers: outRead, born: time.Now(),
		first: make(chan answer, 1), gone: make(chan struct{}),
	}
	c.cmd.Env, c.cmd.Dir, c.cmd.Stderr = cfg.Env, "/", &c.stderr
	c.cmd.ExtraFiles = []*os.File{inRead, outWrite}
	if model != nil {
		c.cmd.ExtraFiles = append(c.cmd.ExtraFiles, model, tensors)
	}
	c.cmd.SysProcAttr = subprocess.Attributes()
	c.cmd.WaitDelay = lastWords
	err = errors.Join(c.cmd.Start(), inRead.Close(), outWrite.Close())
	if c.cmd.Process == nil {
		return nil, errors.Join(err, inWrite.Close(), outRead.Close())
	}
	go c.watch()
	if err != nil {
		c.end()
	}
	return c, err
}

// watch takes the child's message, then waits for its end and reaps it.
func (c *child) watch() {
	var a answer
	if receive(c.answers, &a) == nil {
		c.first <- a
		_ = receive(c.answers, &a) // there is no second message: this waits for the end
	}
	c.mu.Lock()
	c.reaping = true
	subprocess.KillGroup(c.cmd.Process.Pid)
	c.mu.Unlock()
	c.err = c.died(c.cmd.Wait())
	_, _ = c.requests.Close(), c.answers.Close() // pipes that nobody uses any more
	c.mu.Lock()
	c.dead = true
	if c.page != nil {
		c.page.lose()
	}
	c.mu.Unlock()
	close(c.gone)
}

// serves says which memory the child works on.
func (c *child) serves(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page = p
	if c.dead {
		p.lose()
	}
}

// forget takes the memory away: a child that the kernel does not let go of may be reaped long after.
func (c *child) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page = nil
}

// await returns the child's message.
func (c *child) await(limit time.Duration) (answer, error) {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case a := <-c.first:
		return a, a.err()
	case <-t.C:
		return answer{}, fmt.Errorf("not ready within %s, and killed", limit)
	case <-c.gone:
	}
	select {
	case a := <-c.first: // and died after it
		return a, a.err()
	default:
		return answer{}, c.err
	}
}

// kill ends the process group; it does not wait.
func (c *child) kill(cancelled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.reaping {
		c.cancelled = cancelled
		subprocess.KillGroup(c.cmd.Process.Pid)
	}
}

// resident is zero for a child that is gone.
func (c *child) resident() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaping {
		return 0
	}
	return subprocess.Resident(strconv.Itoa(c.cmd.Process.Pid))
}

// end kills the child, takes its memory away and waits until it is gone, but not for ever.
func (c *child) end() {
	c.kill(false)
	defer c.forget()
	t := time.NewTimer(mercy)
	defer t.Stop()
	select {
	case <-c.gone:
	case <-t.C:
	}
}

// died says how the process ended, with its own last words.
func (c *child) died(err error) error {
	if c.cancelled {
		return errors.New("the call was cancelled: the process was killed")
	}
	why := "exit code 0"
	if state := c.cmd.ProcessState; state != nil {
		if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			why = "signal: " + status.Signal().String()
		} else {
			why = fmt.Sprintf("exit code %d", state.ExitCode())
		}
	} else if err != nil {
		why = err.Error()
	}
	if said := c.stderr.Words(); said != "" {
		why += ": " + said
	}
	return errors.New("the process died: " + why)
}
