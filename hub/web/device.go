package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

const (
	listLength  = 60  // decisions in the list
	chartLength = 600 // decisions in the chart
)

// deviceView is a device's page.
type deviceView struct {
	Now       time.Time
	Detail    fleet.Detail
	Decisions []fleet.Decision // newest first
	Points    []point          // oldest first
	Threshold float64
	Live      string // address of the live events after what this page shows
}

// point is one decision in the chart, in the words of chart.js.
type point struct {
	T        int64   `json:"t"`
	Score    float64 `json:"s"`
	Label    string  `json:"l"`
	Pipeline string  `json:"p"`
}

func key(r *http.Request) fleet.Key {
	return fleet.Key{Tenant: r.PathValue("tenant"), Name: r.PathValue("name")}
}

func (s *Site) device(w http.ResponseWriter, r *http.Request) {
	v, err := s.deviceView(r)
	switch {
	case errors.Is(err, fleet.ErrUnknown):
		s.missing(w, "No such device", "The hub has never heard of "+key(r).String()+".")
	case err != nil:
		s.fault(w, err)
	default:
		s.page(w, http.StatusOK, frame{Title: v.Detail.Name}, "device", v)
	}
}

func (s *Site) deviceView(r *http.Request) (deviceView, error) {
	k := key(r)
	detail, err := s.devices.Detail(r.Context(), k)
	if err != nil {
		return deviceView{}, err
	}
	recent, err := s.decisions.Decisions(r.Context(), k, "", chartLength)
	if err != nil {
		return deviceView{}, err
	}
	v := deviceView{Now: s.cfg.Now(), Detail: detail, Decisions: recent[:min(listLength, len(recent))]}
	for i := len(recent) - 1; i >= 0; i-- {
		d := recent[i]
		v.Points = append(v.Points, point{d.At.UnixMilli(), d.Score, d.Label, d.Pipeline})
	}
	if len(detail.Pipelines) == 1 {
		v.Threshold = detail.Pipelines[0].Threshold
	}
	v.Live = devicePath(k) + "/live"
	if len(recent) > 0 {
		v.Live += "?after=" + url.QueryEscape(string(recent[0].Cursor))
	}
	return v, nil
}

// fingerprint tells whether what a fragment shows has changed; it leaves out what is only the passing of time.
func fingerprint(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // never equal to what was sent: the fragment is sent again
	}
	return string(b)
}
