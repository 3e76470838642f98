package faults_test

import (
	"context"
	"encoding/json"
	"math"
	"net"
	"net/http"
)

// waiting asks the agent's local API how many records the hub has not acknowledged; while it
// cannot be asked, the answer is "very many".
func (a *agent) waiting() uint64 {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", a.socket())
		},
	}}
	resp, err := client.Get("http://agent/v1/status")
	if err != nil {
		return math.MaxUint64
	}
	defer resp.Body.Close()
	var s struct {
		Streams []struct{ Waiting uint64 }
	}
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil || len(s.Streams) == 0 {
		return math.MaxUint64
	}
	var n uint64
	for _, st := range s.Streams {
		n += st.Waiting
	}
	return n
}
