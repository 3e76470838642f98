package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/api"
	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/fleet/fleettest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func handler(w *fleettest.World) http.Handler {
	return api.New(w.Fleet, w.Fleet, api.Config{Version: "1.2.3"})
}

func get(t *testing.T, h http.Handler, path string, into any, header ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v in %q", path, err, rec.Body)
		}
	}
	return rec.Result()
}

func watch(t *testing.T) *fleettest.World {
	t.Helper()
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	id := w.Define("watch", fleettest.Motions("activity"))
	for i := range uint16(5) {
		w.Decide("watch", id, i%4, 0.9)
	}
	w.Lose("watch", wire.Samples, 12, wire.Expired)
	w.Happen("watch", "pipeline_started", map[string]any{"pipeline": "activity"})
	w.Count("watch", "source/imu", "ring_overrun", 2)
	return w
}

func TestDevicesPageByPage(t *testing.T) {
	w := fleettest.New(t)
	for i := range 25 {
		w.Say(fmt.Sprintf("pump-%02d", i), wire.Ready, "1")
	}
	var names []string
	h, path := handler(w), "/api/v1/devices?limit=10"
	for range 5 {
		var page struct {
			Devices []fleet.Device `json:"devices"`
			Next    string         `json:"next"`
		}
		get(t, h, path, &page)
		for _, d := range page.Devices {
			names = append(names, d.Name)
		}
		if page.Next == "" {
			break
		}
		path = "/api/v1/devices?limit=10&after=" + page.Next
	}
	if len(names) != 25 || names[0] != "pump-00" || names[24] != "pump-24" {
		t.Errorf("the pages hold %v", names)
	}
}

func TestFactsOfADevice(t *testing.T) {
	h := handler(watch(t))
	for path, want := range map[string]string{
		"/api/v1/fleet":                                 `"sentence":"The one device is well."`,
		"/api/v1/devices/dev/watch":                     `"state":"ready"`,
		"/api/v1/devices/dev/watch/streams":             `{"cause":"expired","count":12}`,
		"/api/v1/devices/dev/watch/ledger":              `{"owner":"source/imu","cause":"ring_overrun","count":2}`,
		"/api/v1/devices/dev/watch/events":              `"name":"pipeline_started"`,
		"/api/v1/devices/dev/watch/decisions?limit=1":   `"label":"badminton"`,
		"/api/v1/openapi.json":                          `"openapi":"3.1.0"`,
		"/api/v1/devices/dev/watch/decisions?since=bad": `"label":"running"`,
	} {
		var raw json.RawMessage
		r := get(t, h, path, &raw)
		if r.StatusCode != http.StatusOK || !strings.Contains(string(raw), want) {
			t.Errorf("%s: %d, %s is missing in %s", path, r.StatusCode, want, raw)
		}
	}
}

func TestDecisionsSince(t *testing.T) {
	w := watch(t)
	h := handler(w)
	var page struct {
		Decisions []fleet.Decision `json:"decisions"`
	}
	get(t, h, "/api/v1/devices/dev/watch/decisions", &page)
	if len(page.Decisions) != 5 {
		t.Fatalf("%d decisions, want 5", len(page.Decisions))
	}
	get(t, h, "/api/v1/devices/dev/watch/decisions?since="+string(page.Decisions[2].Cursor), &page)
	if len(page.Decisions) != 2 {
		t.Errorf("%d decisions after the third newest, want 2", len(page.Decisions))
	}
}

func TestProblemsAreProblems(t *testing.T) {
	h := handler(watch(t))
	for path, want := range map[string]int{
		"/api/v1/devices/dev/nobody":                      404,
		"/api/v1/devices/dev/nobody/live":                 404,
		"/api/v1/devices/dev/nobody/decisions":            404,
		"/api/v1/devices/dev/UPPER":                       422,
		"/api/v1/devices/dev/watch/decisions?limit=0":     422,
		"/api/v1/devices/dev/watch/decisions?limit=many":  422,
		"/api/v1/devices/dev/watch/decisions?unknown=key": 422,
		"/api/v1/devices?limit=100000":                    422,
		"/api/v1/nothing":                                 404,
		"/api/v2/devices":                                 404,
	} {
		var p struct {
			Title  string `json:"title"`
			Status int    `json:"status"`
			Detail string `json:"detail"`
		}
		r := get(t, h, path, &p)
		if r.StatusCode != want || p.Status != want || p.Detail == "" || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s %+v, want %d", path, r.StatusCode, r.Header.Get("Content-Type"), p, want)
		}
	}
}

func TestTagsSaveSending(t *testing.T) {
	w := watch(t)
	h := handler(w)
	const path = "/api/v1/devices/dev/watch"
	tag := get(t, h, path, nil).Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	for _, have := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		r := get(t, h, path, nil, "If-None-Match", have)
		if b, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusNotModified || len(b) > 0 {
			t.Errorf("with %s: %d and %d bytes, want 304 and none", have, r.StatusCode, len(b))
		}
	}
	w.Happen("watch", "changed", nil)
	if r := get(t, h, path, nil, "If-None-Match", tag); r.StatusCode != http.StatusOK {
		t.Errorf("after a change: %d, want 200", r.StatusCode)
	}
}

func TestLive(t *testing.T) {
	w := watch(t)
	srv := httptest.NewServer(handler(w))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/api/v1/devices/dev/watch/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	decided, devices := 0, 0
	for lines.Scan() && (decided < 6 || devices < 1) {
		switch text := lines.Text(); {
		case text == "event: decision":
			decided++
		case text == "event: device":
			devices++
			w.Decide("watch", 1, 1, 0.3)
		}
	}
	if decided < 6 || devices < 1 {
		t.Errorf("%d decisions and %d looks at the device came", decided, devices)
	}
}
