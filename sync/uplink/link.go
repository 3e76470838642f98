package uplink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// RefusedError is returned when the broker answers a connect with a code other than 0. It may be cured by time: a
// broker whose hub is away says "not authorised" too.
type RefusedError struct {
	Code byte // MQTT 3.1.1, table 3.1
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("broker refused the connection: %s (code %d)", packets.ConnackReturnCodes[e.Code], e.Code)
}

// message came from the hub.
type message struct {
	topic   string
	payload []byte
}

const inboxSize = 256

// link is one connection of one client, never used again. A client that connects again by itself calls messages
// delivered that it lost.
type link struct {
	cfg        Config
	client     mqtt.Client
	conn       net.Conn
	connected  bool
	inbox      chan message
	lost       chan error // receives once, after paho has stopped, unless we ended the connection
	count      *counters
	publishing sync.WaitGroup
}

func newLink(cfg Config, n *counters, will []byte) *link {
	l := &link{cfg: cfg, count: n, inbox: make(chan message, inboxSize), lost: make(chan error, 1)}
	l.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(cfg.URL).SetProtocolVersion(4).SetCleanSession(true).
		SetClientID(cfg.ClientID).SetUsername(cfg.Username).SetPassword(cfg.Password).
		SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(connectTimeout).SetWriteTimeout(handTimeout).
		SetKeepAlive(cfg.KeepAlive).SetPingTimeout(cfg.PingTimeout).
		SetBinaryWill(cfg.Base.State(), will, 1, true).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return l.conn, nil }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { l.take(m) }).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { l.lost <- err }))
	return l
}

// take hands a message over without waiting: paho's reader must stay free for pings. A dropped acknowledgement is
// replaced by the next one.
func (l *link) take(m mqtt.Message) {
	select {
	case l.inbox <- message{m.Topic(), m.Payload()}:
	default:
		l.count.dropped.Add(1)
	}
}

// open connects. The dial is ours because paho's own does not follow a context.
func (l *link) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := dial(ctx, l.cfg, l.count)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	l.conn = conn
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	token := l.client.Connect().(*mqtt.ConnectToken)
	<-token.Done()
	if err := token.Error(); err != nil {
		if code := token.ReturnCode(); code > 0 && code <= packets.ErrRefusedNotAuthorised {
			return &RefusedError{Code: code}
		}
		return fmt.Errorf("connect: %w", err)
	}
	l.connected = true
	return nil
}

// subscribe asks for everything meant for the device and waits for the broker's consent.
func (l *link) subscribe(ctx context.Context) error {
	filter := l.cfg.Base.Downs()
	token := l.client.Subscribe(filter, 0, nil).(*mqtt.SubscribeToken)
	if err := l.await(ctx, token); err != nil {
		return fmt.Errorf("subscribe %s: %w", filter, err)
	}
	if token.Result()[filter] != 0 {
		return fmt.Errorf("subscribe %s: the broker refused", filter)
	}
	return nil
}

// publish returns when the message has been written (QoS 0) or answered by the broker (QoS 1). A nil error is no
// delivery.
func (l *link) publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error {
	done := make(chan error, 1)
	l.publishing.Go(func() { // because Publish itself can hang, for handTimeout, when the connection breaks
		done <- l.await(ctx, l.client.Publish(topic, qos, retained, payload))
	})
	select {
	case err := <-done:
		return err
	case err := <-l.lost:
		l.lost <- err
		return fmt.Errorf("connection lost: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *link) await(ctx context.Context, token mqtt.Token) error {
	t := time.NewTimer(replyTimeout)
	defer t.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return errors.New("no answer from the broker")
	}
}

// leave disconnects in order, so that the broker drops the will.
func (l *link) leave() { l.client.Disconnect(uint(goodbyeTimeout.Milliseconds())) }

// release ends what is left. A connection that ends here without leave ends with its will.
func (l *link) release() {
	if l.conn != nil {
		_ = l.conn.Close() // it is broken or abandoned
	}
	if l.connected {
		l.client.Disconnect(uint(goodbyeTimeout.Milliseconds())) // stops paho's goroutines; no byte can go out any more
	}
	l.publishing.Wait()
}
