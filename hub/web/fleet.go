package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

const (
	pageSize  = 600 // devices on one page
	tilesFrom = 24  // more devices than this, and those that are well get small tiles
	searchFor = 9   // from this many devices on the page offers a search
)

// fleetView is the fleet's page: its sentence, counts by state, then devices, the worst first.
type fleetView struct {
	Now      time.Time
	View     fleet.Overview
	MQTT     string
	Counts   []stateCount
	Cards    []fleet.Device
	Tiles    []fleet.Device
	Q, Query string // what was searched; this page's query string
	Next     string // the next page's address
	Empty    bool   // the hub knows no device
	Filtered bool
	Search   bool
}

type stateCount struct {
	State fleet.State
	N     uint64
	Here  bool
}

func (s *Site) fleet(w http.ResponseWriter, r *http.Request) {
	v, err := s.fleetView(r)
	if err != nil {
		s.fault(w, err)
		return
	}
	s.page(w, http.StatusOK, frame{Title: "Fleet", Here: "fleet"}, "fleet", v)
}

func (s *Site) fleetView(r *http.Request) (fleetView, error) {
	o, err := s.devices.Overview(r.Context())
	if err != nil {
		return fleetView{}, err
	}
	q := r.URL.Query()
	state, text := fleet.State(q.Get("state")), strings.TrimSpace(q.Get("q"))
	v := fleetView{Now: s.cfg.Now(), View: o, MQTT: s.cfg.MQTT, Q: text, Empty: len(o.Devices) == 0,
		Filtered: state != "" || text != "", Search: len(o.Devices) >= searchFor}
	if r.URL.RawQuery != "" {
		v.Query = "?" + q.Encode()
	}
	for _, st := range fleet.States() {
		if n := o.Counts[st]; n > 0 {
			v.Counts = append(v.Counts, stateCount{st, uint64(n), st == state})
		}
	}
	found, next := pick(o.Devices, state, text, q.Get("from"))
	if next > 0 {
		q.Set("from", strconv.Itoa(next))
		v.Next = (&url.URL{Path: "/", RawQuery: q.Encode()}).String()
	}
	v.Cards, v.Tiles = arrange(found)
	return v, nil
}

// pick returns one page of the devices that match, and where the next page begins (0: there is none).
func pick(all []fleet.Device, state fleet.State, text, from string) ([]fleet.Device, int) {
	var found []fleet.Device
	for _, d := range all {
		if (state == "" || d.State == state) && strings.Contains(d.Key().String(), text) {
			found = append(found, d)
		}
	}
	start, err := strconv.Atoi(from)
	if err != nil || start < 0 || start > len(found) {
		start = 0
	}
	end := min(start+pageSize, len(found))
	if end == len(found) {
		return found[start:], 0
	}
	return found[start:end], end
}

// arrange gives a card to each device of a small fleet; in a large one only to those in trouble, which come first.
func arrange(found []fleet.Device) (cards, tiles []fleet.Device) {
	if len(found) <= tilesFrom {
		return found, nil
	}
	i := 0
	for i < len(found) && found[i].Problem != "" {
		i++
	}
	return found[:i], found[i:]
}
