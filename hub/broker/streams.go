package broker

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// createStreams makes the streams that the server keeps MQTT sessions, retained messages and QoS 1 in. It adopts
// streams that exist and would itself create them on disk; there is no option for that.
func createStreams(conn *nats.Conn) error {
	js, err := conn.JetStream()
	if err != nil {
		return fmt.Errorf("open streams: %w", err)
	}
	for _, s := range []nats.StreamConfig{
		{Name: "$MQTT_sess", Subjects: []string{"$MQTT.sess.>"}, MaxMsgsPerSubject: 1},
		{Name: "$MQTT_rmsgs", Subjects: []string{"$MQTT.rmsgs.>"}, MaxMsgsPerSubject: 1},
		{Name: "$MQTT_msgs", Subjects: []string{"$MQTT.msgs.>"}, Retention: nats.InterestPolicy},
		{Name: "$MQTT_out", Subjects: []string{"$MQTT.out.>"}, Retention: nats.InterestPolicy},
		{Name: "$MQTT_qos2in", Subjects: []string{"$MQTT.qos2.in.>"}, MaxMsgsPerSubject: 1, Discard: nats.DiscardNew, DiscardNewPerSubject: true},
	} {
		s.Storage = nats.MemoryStorage
		if _, err := js.AddStream(&s); err != nil {
			return fmt.Errorf("create stream %s: %w", s.Name, err)
		}
	}
	return nil
}
