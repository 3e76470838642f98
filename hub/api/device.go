package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// DevicePath is the part of a path that names a device. It is exported because huma fills only exported fields.
type DevicePath struct {
	Tenant string `path:"tenant" pattern:"^[a-z0-9-]{1,64}$"`
	Name   string `path:"name" pattern:"^[a-z0-9-]{1,64}$"`
}

func (in *DevicePath) key() fleet.Key { return fleet.Key{Tenant: in.Tenant, Name: in.Name} }

type detailOutput struct{ Body fleet.Detail }

// Lists come under a name, so that facts about the list can be added later.
type streamsOutput struct {
	Body struct {
		Streams []fleet.Stream `json:"streams"`
	}
}

type ledgerOutput struct {
	Body struct {
		Ledger []fleet.Loss `json:"ledger"`
	}
}

type eventsInput struct {
	DevicePath
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type eventsOutput struct {
	Body struct {
		Events []fleet.Event `json:"events" doc:"The newest first."`
	}
}

type decisionsInput struct {
	DevicePath
	Since string `query:"since" maxLength:"64" doc:"The cursor of a decision: only later ones are listed."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type decisionsOutput struct {
	Body struct {
		Decisions []fleet.Decision `json:"decisions" doc:"The newest first; when more than limit are new, the oldest of them are left out."`
	}
}

func (a *api) registerDevice(h huma.API) {
	const path = "/devices/{tenant}/{name}"
	huma.Register(h, operation("get-device", path, "Everything the hub knows of one device"), a.detail)
	huma.Register(h, operation("get-streams", path+"/streams", "Completeness of each stream"), a.streams)
	huma.Register(h, operation("get-ledger", path+"/ledger", "What never became a record, by cause"), a.ledger)
	huma.Register(h, operation("list-events", path+"/events", "What happened on the device"), a.events)
	huma.Register(h, operation("list-decisions", path+"/decisions", "What the device decided"), a.decided)
}

func (a *api) detail(ctx context.Context, in *DevicePath) (*detailOutput, error) {
	d, err := a.devices.Detail(ctx, in.key())
	if err != nil {
		return nil, problem(err, in.key())
	}
	return &detailOutput{Body: d}, nil
}

func (a *api) streams(ctx context.Context, in *DevicePath) (*streamsOutput, error) {
	d, err := a.detail(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &streamsOutput{}
	out.Body.Streams = d.Body.Streams
	return out, nil
}

func (a *api) ledger(ctx context.Context, in *DevicePath) (*ledgerOutput, error) {
	d, err := a.detail(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &ledgerOutput{}
	out.Body.Ledger = d.Body.Ledger
	return out, nil
}

func (a *api) events(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	all, err := a.devices.Events(ctx, in.key(), in.Limit)
	if err != nil {
		return nil, problem(err, in.key())
	}
	out := &eventsOutput{}
	out.Body.Events = all
	return out, nil
}

func (a *api) decided(ctx context.Context, in *decisionsInput) (*decisionsOutput, error) {
	all, err := a.decisions.Decisions(ctx, in.key(), fleet.Cursor(in.Since), in.Limit)
	if err != nil {
		return nil, problem(err, in.key())
	}
	out := &decisionsOutput{}
	out.Body.Decisions = all
	return out, nil
}
