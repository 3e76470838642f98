package broker

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
)

// Kick cuts off every connection of a device and reports how many there were. The device may connect again.
func (e *Embedded) Kick(tenant, device string) (int, error) {
	user := UserName(tenant, device)
	z, err := e.srv.Connz(&server.ConnzOptions{Username: true, User: user, Limit: 64})
	if err != nil {
		return 0, fmt.Errorf("kick %s: %w", user, err)
	}
	n := 0
	for _, c := range z.Conns {
		if e.srv.DisconnectClientByID(c.Cid) == nil { // an error says that it has gone by itself
			n++
		}
	}
	return n, nil
}
