package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/fleet/fleettest"
	"github.com/dunlin-iot/dunlin/hub/web"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func site(t *testing.T, w *fleettest.World) http.Handler {
	t.Helper()
	s, err := web.New(w.Fleet, w.Fleet, web.Config{Version: "1.2.3", MQTT: "mqtt://127.0.0.1:1883", Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s.Handler()
}

func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEmptyFleetNamesTheNextCommand(t *testing.T) {
	page := body(t, get(t, site(t, fleettest.New(t)), "/"))
	for _, want := range []string{"No device has reported yet.", "make demo", "dunlin run", "mqtt://127.0.0.1:1883"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestFleetPage(t *testing.T) {
	w := fleettest.New(t)
	for i := range 40 {
		w.Say(fmt.Sprintf("pump-%02d", i), wire.Ready, "1")
	}
	w.Say("pump-17", wire.Lost, "1")
	h := site(t, w)
	for path, want := range map[string]int{"/": 40, "/?state=lost": 1, "/?q=pump-1": 10, "/?q=none": 0, "/?state=ready&q=17": 0, "/?from=nonsense": 40} {
		page := body(t, get(t, h, path))
		if got := strings.Count(page, `href="/devices/`); got != want {
			t.Errorf("%s lists %d devices, want %d", path, got, want)
		}
	}
	page := body(t, get(t, h, "/"))
	if !strings.Contains(page, "1 of 40 devices needs a look: 1 lost.") {
		t.Error("the sentence is missing")
	}
	if strings.Index(page, "/devices/dev/pump-17") > strings.Index(page, "/devices/dev/pump-00") {
		t.Error("the lost device is not the first")
	}
}

func TestDevicePage(t *testing.T) {
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	id := w.Define("watch", fleettest.Motions("activity"))
	w.Decide("watch", id, 1, 0.93)
	w.Lose("watch", wire.Samples, 1234, wire.Evicted)
	w.Happen("watch", wire.EventUncleanStop, map[string]any{"records": int64(3), "within_us": int64(1500000), "life": "0011aabb"})
	w.Happen("watch", wire.EventModelMeasured, map[string]any{"model": "motions@2", "document.00": `{"accuracy":{"va`, "document.01": `lue":0.96}}`})
	w.Measure("watch", "pipeline/activity", "invoke_p50_us", 41.27)
	w.Count("watch", "source/imu", "ring_overrun", 5)
	page := body(t, get(t, site(t, w), "/devices/dev/watch"))
	for _, want := range []string{"running", "0.93", "motions@1", "1,234</span> evicted", "unclean stop", "records 3", "within 1.5 s", "life 0011aabb",
		"41.3 µs", "ring overrun", "xnnpack (9 of 11 operators)", "2026-11-24 08:00:00 UTC", `data-threshold="0.7"`,
		"model measured", ">{\n  &#34;accuracy&#34;: {\n    &#34;value&#34;: 0.96\n  }\n}</pre>"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// Everything a device says is text: none of it may become markup, an attribute or script.
func TestHostileTextStaysText(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'</script><!--`
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	d := fleettest.Motions("p"+evil, "l"+evil)
	d.Model, d.Version, d.Source, d.Engine = "m"+evil, "v"+evil, "s"+evil, "e"+evil
	w.Decide("watch", w.Define("watch", d), 0, 0.5)
	w.Happen("watch", "h"+evil, map[string]any{"k" + evil: "v" + evil, "document.00": evil})
	w.Measure("watch", "o"+evil, "g"+evil, 1)
	w.Count("watch", "w"+evil, "c"+evil, 1)
	h := site(t, w)
	for _, path := range []string{"/", "/devices/dev/watch", "/?q=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/devices/%3Cscript%3Ealert(1)/x"} {
		page := body(t, get(t, h, path))
		for _, bad := range []string{"<script>", "<img src=x", "<!--"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q as markup", path, bad)
			}
		}
		if strings.Count(page, "</script>") != strings.Count(page, "<script ") {
			t.Errorf("%s: a script was ended from within", path)
		}
	}
	if page := body(t, get(t, h, "/devices/dev/watch")); !strings.Contains(page, "l&#34;&gt;&lt;script&gt;") {
		t.Error("the label is not shown as the text it is")
	}
}

func TestPolicyAllowsNothingInline(t *testing.T) {
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	w.Decide("watch", w.Define("watch", fleettest.Motions("activity")), 1, 0.93)
	h := site(t, w)
	for _, path := range []string{"/", "/devices/dev/watch", "/nothing"} {
		r := get(t, h, path)
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		page := body(t, r)
		for _, bad := range []string{" style=", "<style", " onclick=", " onload=", "javascript:", "http://", "https://"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
}

func TestStaticFiles(t *testing.T) {
	h := site(t, fleettest.New(t))
	page := body(t, get(t, h, "/"))
	for part := range strings.SplitSeq(page, `"`) {
		if !strings.HasPrefix(part, "/static/") {
			continue
		}
		r := get(t, h, part)
		if r.StatusCode != http.StatusOK || r.Header.Get("ETag") == "" || r.Header.Get("Content-Type") == "" {
			t.Errorf("%s: %d, %v", part, r.StatusCode, r.Header)
		}
		if again := get(t, h, part, "If-None-Match", r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d, want 304", part, again.StatusCode)
		}
	}
	for _, path := range []string{"/static/", "/static/../site.go", "/static/none.js", "/nothing", "/devices/dev/nobody"} {
		if r := get(t, h, path); r.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

// brokenFleet fails every question.
type brokenFleet struct{ *fleet.Fleet }

func (brokenFleet) Overview(context.Context) (fleet.Overview, error) {
	return fleet.Overview{}, errors.New("secret path /var/lib")
}

func TestAFaultIsNotToldInDetail(t *testing.T) {
	w := fleettest.New(t)
	s, err := web.New(brokenFleet{w.Fleet}, w.Fleet, web.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := get(t, s.Handler(), "/")
	if text := body(t, r); r.StatusCode != http.StatusInternalServerError || strings.Contains(text, "secret") {
		t.Errorf("%d %q", r.StatusCode, text)
	}
}

func TestTimesAreRelative(t *testing.T) {
	w := fleettest.New(t)
	w.Say("watch", wire.Ready, "1")
	h := site(t, w)
	for _, c := range []struct {
		pass time.Duration
		want string
	}{{0, ">now<"}, {5 * time.Second, ">5 s ago<"}, {time.Minute, ">1 min ago<"}, {2 * time.Hour, ">2 h ago<"}, {72 * time.Hour, ">3 days ago<"}} {
		w.Pass(c.pass)
		if page := body(t, get(t, h, "/devices/dev/watch")); !strings.Contains(page, c.want) {
			t.Errorf("after %v more: %q is missing", c.pass, c.want)
		}
	}
}
