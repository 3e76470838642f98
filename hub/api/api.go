package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// Root is the path below which everything of this API lies.
const Root = "/api/v1"

// Devices is what the API tells of the fleet.
type Devices interface {
	Overview(ctx context.Context) (fleet.Overview, error)
	// Detail is one device; an error wrapping fleet.ErrUnknown says that the hub does not know it.
	Detail(ctx context.Context, k fleet.Key) (fleet.Detail, error)
	// Events are the newest first, at most limit.
	Events(ctx context.Context, k fleet.Key, limit int) ([]fleet.Event, error)
}

// Decisions is what the API tells of one device's decisions.
type Decisions interface {
	// Decisions are the newest after the cursor, at most limit, newest first.
	Decisions(ctx context.Context, k fleet.Key, since fleet.Cursor, limit int) ([]fleet.Decision, error)
	// Watch returns a channel that receives after something of the device has changed, and a function that ends it.
	Watch(k fleet.Key) (<-chan struct{}, func())
}

// Config of an API.
type Config struct {
	Version string // the hub's
}

type api struct {
	devices   Devices
	decisions Decisions
	cfg       Config
	refresh   time.Duration
}

// New returns the handler of everything below Root.
func New(devices Devices, decisions Decisions, cfg Config) http.Handler {
	mux := http.NewServeMux()
	a := &api{devices: devices, decisions: decisions, cfg: cfg, refresh: 2 * time.Second}
	h := humago.New(mux, config(cfg))
	a.registerFleet(h)
	a.registerDevice(h)
	a.registerLive(h)
	mux.HandleFunc("/", missing)
	return headers(tagged(mux))
}

// config keeps huma to this API: no page of another site's scripts, no links added to bodies.
func config(cfg Config) huma.Config {
	c := huma.DefaultConfig("Dunlin hub", cfg.Version)
	c.Info.Description = "Devices, what they decided, and the proof that nothing went missing in silence."
	c.OpenAPIPath, c.SchemasPath, c.DocsPath = Root+"/openapi", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	return c
}

func operation(id, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: Root + path, Summary: summary}
}
