package vm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// qmp is a client of the QEMU machine protocol: one command at a time, events are dropped.
type qmp struct {
	conn    io.ReadWriteCloser
	answers chan answer
	mu      sync.Mutex
	greeted bool
}

// answer is one line of QEMU: to a command, an event, or the greeting.
type answer struct {
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Class, Desc string
	} `json:"error"`
	Event string `json:"event"`
	QMP   json.RawMessage
}

func newQMP(conn io.ReadWriteCloser) *qmp {
	q := &qmp{conn: conn, answers: make(chan answer, 1)}
	go q.read()
	return q
}

func (q *qmp) read() {
	defer close(q.answers)
	for dec := json.NewDecoder(q.conn); ; {
		var a answer
		if dec.Decode(&a) != nil {
			return
		}
		if a.Return != nil || a.Error != nil {
			q.answers <- a
		}
	}
}

func (q *qmp) command(ctx context.Context, name string, args any) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.greeted {
		if err := q.ask(ctx, "qmp_capabilities", nil); err != nil {
			return err
		}
		q.greeted = true
	}
	return q.ask(ctx, name, args)
}

func (q *qmp) ask(ctx context.Context, name string, args any) error {
	call := map[string]any{"execute": name}
	if args != nil {
		call["arguments"] = args
	}
	if err := json.NewEncoder(q.conn).Encode(call); err != nil {
		return fmt.Errorf("qmp %s: %w", name, err)
	}
	select {
	case a, ok := <-q.answers:
		if !ok {
			return fmt.Errorf("qmp %s: %w", name, errors.New("the machine is gone"))
		}
		if a.Error != nil {
			return fmt.Errorf("qmp %s: %s: %s", name, a.Error.Class, a.Error.Desc)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("qmp %s: %w", name, ctx.Err())
	}
}

// close ends the reader; what it still wants to hand over is dropped.
func (q *qmp) close() error {
	err := q.conn.Close()
	for range q.answers { //nolint:revive // drains
	}
	return err
}
