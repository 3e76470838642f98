package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet/fleettest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// event is one server-sent event.
type event struct{ name, id, data string }

// follow reads the events of a live page until the test ends.
func follow(t *testing.T, h http.Handler, path string, header ...string) <-chan event {
	t.Helper()
	srv := httptest.NewServer(h)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan event)
	go func() {
		defer close(events)
		var e event
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			line := lines.Text()
			switch {
			case strings.HasPrefix(line, "event: "):
				e.name = line[7:]
			case strings.HasPrefix(line, "id: "):
				e.id = line[4:]
			case strings.HasPrefix(line, "data: "):
				e.data += line[6:] + "\n"
			case line == "" && e.name != "":
				select {
				case events <- e:
				case <-ctx.Done():
					return
				}
				e = event{}
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		resp.Body.Close()
		srv.Close()
		for range events {
		}
	})
	return events
}

// next waits for an event of that name.
func next(t *testing.T, events <-chan event, name string) event {
	t.Helper()
	for e := range events {
		if e.name == name {
			return e
		}
	}
	t.Fatalf("no event %s came", name)
	return event{}
}

func TestDecisionsArriveLive(t *testing.T) {
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	id := w.Define("watch", fleettest.Motions("activity", "<b>one</b>", "two"))
	w.Decide("watch", id, 0, 0.5)
	h := site(t, w)
	events := follow(t, h, "/devices/dev/watch/live")
	first := next(t, events, "decision")
	if !strings.Contains(first.data, "&lt;b&gt;one") || strings.Contains(first.data, "<b>one") {
		t.Errorf("the label is not text: %s", first.data)
	}
	if head := next(t, events, "head"); !strings.Contains(head.data, "0.50") {
		t.Errorf("head: %s", head.data)
	}
	w.Decide("watch", id, 1, 0.75)
	if second := next(t, events, "decision"); !strings.Contains(second.data, "two") || second.id == first.id {
		t.Errorf("second decision: %+v", second)
	}
	resumed := follow(t, h, "/devices/dev/watch/live?after=nonsense", "Last-Event-ID", first.id)
	if e := next(t, resumed, "decision"); !strings.Contains(e.data, "two") {
		t.Errorf("after a reconnect the list goes on with %s", e.data)
	}
	w.Say("watch", wire.Lost, "1")
	for e := range events {
		if e.name == "head" && strings.Contains(e.data, "without a goodbye") {
			return
		}
	}
	t.Error("the lost connection never showed")
}

func TestFleetArrivesLive(t *testing.T) {
	w := fleettest.New(t)
	events := follow(t, site(t, w), "/live")
	if e := next(t, events, "top"); !strings.Contains(e.data, "No device") {
		t.Errorf("first: %s", e.data)
	}
	w.Say("watch", wire.Ready, "1")
	w.Pass(time.Minute)
	if e := next(t, events, "top"); !strings.Contains(e.data, "The one device is well.") {
		t.Errorf("then: %s", e.data)
	}
	if e := next(t, events, "body"); !strings.Contains(e.data, "/devices/dev/watch") {
		t.Errorf("then: %s", e.data)
	}
}
