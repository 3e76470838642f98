package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

type fleetOutput struct {
	Body struct {
		Sentence string              `json:"sentence" doc:"The state of the fleet in one sentence."`
		Devices  int                 `json:"devices"`
		Trouble  int                 `json:"trouble" doc:"Devices with a problem."`
		States   map[fleet.State]int `json:"states" doc:"Devices by state."`
		Hub      string              `json:"hub" doc:"The hub's version."`
	}
}

type devicesInput struct {
	After string `query:"after" maxLength:"129" doc:"The next of the page before this one."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type devicesOutput struct {
	Body struct {
		Devices []fleet.Device `json:"devices" doc:"By tenant and name."`
		Next    string         `json:"next,omitempty" doc:"Pass it as after to get the next page; absent on the last one."`
	}
}

func (a *api) registerFleet(h huma.API) {
	huma.Register(h, operation("get-fleet", "/fleet", "The fleet at a glance"), a.fleet)
	huma.Register(h, operation("list-devices", "/devices", "All devices, page by page"), a.list)
}

func (a *api) fleet(ctx context.Context, _ *struct{}) (*fleetOutput, error) {
	o, err := a.devices.Overview(ctx)
	if err != nil {
		return nil, problem(err, fleet.Key{})
	}
	out := &fleetOutput{}
	out.Body.Sentence, out.Body.Devices, out.Body.Trouble = o.Sentence, len(o.Devices), o.Trouble
	out.Body.States, out.Body.Hub = o.Counts, a.cfg.Version
	return out, nil
}

func (a *api) list(ctx context.Context, in *devicesInput) (*devicesOutput, error) {
	o, err := a.devices.Overview(ctx)
	if err != nil {
		return nil, problem(err, fleet.Key{})
	}
	out := &devicesOutput{}
	out.Body.Devices, out.Body.Next = pageOf(o.Devices, in.After, in.Limit)
	return out, nil
}

// pageOf is the page after the device named after. A name, unlike a position, stays right when devices come and go.
func pageOf(devices []fleet.Device, after string, limit int) ([]fleet.Device, string) {
	all := slices.Clone(devices)
	slices.SortFunc(all, func(a, b fleet.Device) int { return cmp.Compare(a.Key().String(), b.Key().String()) })
	start, found := slices.BinarySearchFunc(all, after, func(d fleet.Device, s string) int {
		return cmp.Compare(d.Key().String(), s)
	})
	if found {
		start++
	}
	end := min(start+limit, len(all))
	if end == len(all) {
		return all[start:], ""
	}
	return all[start:end], all[end-1].Key().String()
}
