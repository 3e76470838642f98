package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// group is the queue group: of several hubs that share a broker, each message goes to one.
const group = "hub"

func (e *Embedded) subscribe() error {
	sub, err := e.conn.QueueSubscribeSync(Subject(wire.UpFilter(e.cfg.Prefix)), group)
	if err != nil {
		return fmt.Errorf("subscribe to devices: %w", err)
	}
	if err := sub.SetPendingLimits(-1, e.cfg.Pending); err != nil {
		return fmt.Errorf("bound what is pending: %w", err)
	}
	e.ups = sub
	return e.conn.Flush()
}

// Receive calls handle for every message that a device publishes below its `up/`, in each device's order, until ctx
// ends. The payload belongs to handle. While handle waits, messages queue up to Config.Pending bytes; more are
// dropped and counted. One Receive at a time.
func (e *Embedded) Receive(ctx context.Context, handle func(topic string, payload []byte)) error {
	for {
		m, err := e.ups.NextMsgWithContext(ctx)
		switch {
		case err == nil:
			handle(Topic(m.Subject), m.Data)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, nats.ErrSlowConsumer):
			// Said once for each run of drops; complain has logged it.
		default:
			return fmt.Errorf("receive from devices: %w", err)
		}
	}
}

// Dropped counts messages that came faster than Receive's handler took them.
func (e *Embedded) Dropped() uint64 {
	n, err := e.ups.Dropped()
	if err != nil {
		return 0 // closed
	}
	return uint64(n)
}

// Publish sends payload to whoever subscribes to topic, at QoS 0. A device that is away does not get it: what must
// arrive is repeated until the device answers.
func (e *Embedded) Publish(topic string, payload []byte) error {
	if err := e.conn.Publish(Subject(topic), payload); err != nil {
		return fmt.Errorf("publish to %s: %w", topic, err)
	}
	return nil
}
