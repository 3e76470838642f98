package vm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Config of a machine. Program, Args and Limit are required.
type Config struct {
	Program string        // "qemu-system-aarch64"
	Package string        // that has the program, for the error: "qemu-system-arm"; empty when cross/guest has fetched it
	Args    []string      // all but the serial port and QMP, which are the machine's own
	Limit   time.Duration // after this the machine is killed, whatever it does
	Port    int           // number of the serial port that the guest talks through; those before it lead nowhere
}

// Machine is a running guest.
type Machine struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	messages chan Message
	qmp      *qmp
	cancel   context.CancelFunc
	ended    chan struct{}
	mu       sync.Mutex
	talk     bytes.Buffer
}

// keep is how much of the console a failure report has room for.
const keep = 32 << 10

// Start boots a machine. It lives until the guest powers off, Close is called, ctx ends or its limit is over.
func Start(ctx context.Context, cfg Config) (*Machine, error) {
	path, err := exec.LookPath(cfg.Program)
	if err != nil {
		if cfg.Package == "" {
			return nil, fmt.Errorf("%s is missing: go run ./cross/guest -host fetches it", cfg.Program)
		}
		return nil, fmt.Errorf("%s is missing: apt-get install %s", cfg.Program, cfg.Package)
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("make qmp socket: %w", err)
	}
	defer theirs.Close()
	ctx, cancel := context.WithTimeout(ctx, cfg.Limit)
	own := []string{"-display", "none", "-no-reboot", "-monitor", "none", "-chardev", "socket,id=qmp,fd=3", "-mon", "chardev=qmp,mode=control"}
	for range cfg.Port {
		own = append(own, "-serial", "null")
	}
	own = append(own, "-serial", "stdio")
	m := &Machine{cmd: exec.CommandContext(ctx, path, append(own, cfg.Args...)...), messages: make(chan Message, 64), cancel: cancel, ended: make(chan struct{})}
	m.cmd.ExtraFiles = []*os.File{theirs}
	m.cmd.Stderr = console{m}
	diesWithUs(m.cmd)
	if err := m.start(ours); err != nil {
		cancel()
		return nil, errors.Join(fmt.Errorf("start %s: %w", cfg.Program, err), ours.Close())
	}
	return m, nil
}

func (m *Machine) start(ours io.ReadWriteCloser) error {
	in, errIn := m.cmd.StdinPipe()
	out, errOut := m.cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return err
	}
	if err := m.cmd.Start(); err != nil {
		return err
	}
	m.in, m.qmp = in, newQMP(ours)
	go m.read(out)
	return nil
}

// read takes the serial port apart until the machine has ended.
func (m *Machine) read(out io.Reader) {
	defer close(m.ended)
	defer close(m.messages)
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if msg, ok := parse(line); ok {
			m.messages <- msg
		} else {
			_, _ = console{m}.Write(line)
		}
		if err != nil {
			_ = m.cmd.Wait() // why it ended shows in what is missing
			return
		}
	}
}

// console keeps the last of what the machine said to nobody.
type console struct{ m *Machine }

func (c console) Write(p []byte) (int, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.m.talk.Write(p)
	if over := c.m.talk.Len() - keep; over > 0 {
		c.m.talk.Next(over)
	}
	return len(p), nil
}

// Console is the last of what kernel and guest said beside their messages.
func (m *Machine) Console() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.ReplaceAll(m.talk.String(), "\r", "")
}

// Next waits for a message. When the machine has ended it is io.EOF.
func (m *Machine) Next(ctx context.Context) (Message, error) {
	select {
	case msg, ok := <-m.messages:
		if !ok {
			return msg, io.EOF
		}
		return msg, nil
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// Do sends a line to the guest, as "read" or "run mqtt://10.0.2.2:1883".
func (m *Machine) Do(line string) error {
	if _, err := io.WriteString(m.in, line+"\n"); err != nil {
		return fmt.Errorf("write serial port: %w", err)
	}
	return nil
}

// Command runs a QMP command, as "system_powerdown", with its arguments or nil.
func (m *Machine) Command(ctx context.Context, name string, args any) error {
	return m.qmp.command(ctx, name, args)
}

// Ended is closed when the machine is gone.
func (m *Machine) Ended() <-chan struct{} { return m.ended }

// Close kills the machine, if it still runs, and waits until it is gone.
func (m *Machine) Close() error {
	m.cancel()
	for {
		select {
		case <-m.messages: // nobody wants it any more
		case <-m.ended:
			return m.qmp.close()
		}
	}
}
