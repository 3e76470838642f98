package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
)

// Devices is what the pages show of the fleet.
type Devices interface {
	// Overview is every device, the worst first.
	Overview(ctx context.Context) (fleet.Overview, error)
	// Detail is one device; an error wrapping fleet.ErrUnknown says that the hub does not know it.
	Detail(ctx context.Context, k fleet.Key) (fleet.Detail, error)
}

// Decisions is what the pages show live.
type Decisions interface {
	// Decisions are the newest decisions after the cursor, at most limit, newest first.
	Decisions(ctx context.Context, k fleet.Key, since fleet.Cursor, limit int) ([]fleet.Decision, error)
	// Watch returns a channel that receives after something of the device has changed, and a function that ends it.
	Watch(k fleet.Key) (<-chan struct{}, func())
}

// Config is what the pages say of the hub itself.
type Config struct {
	Version string
	MQTT    string           // the address a device should be given, as mqtt://127.0.0.1:1883
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// Site serves the pages.
type Site struct {
	devices   Devices
	decisions Decisions
	cfg       Config
	templates *template.Template
	static    *static
}

// New parses the templates; an error is a fault of the build.
func New(devices Devices, decisions Decisions, cfg Config) (*Site, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	t, err := template.New("").Funcs(functions()).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	st, err := openStatic()
	if err != nil {
		return nil, err
	}
	return &Site{devices: devices, decisions: decisions, cfg: cfg, templates: t, static: st}, nil
}

// Handler routes the pages; anything else under its root is a page that says so.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.fleet)
	mux.HandleFunc("GET /live", s.fleetLive)
	mux.HandleFunc("GET /devices/{tenant}/{name}", s.device)
	mux.HandleFunc("GET /devices/{tenant}/{name}/live", s.deviceLive)
	mux.Handle("GET /static/", http.StripPrefix("/static/", s.static))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.missing(w, "No such page", "The hub has a page for the fleet and one for each device.")
	})
	return secure(mux)
}

// frame is what the layout needs.
type frame struct {
	Title, Here, Version string
	Body                 template.HTML // made by our own templates only
}

// page renders one body inside the layout; nothing is sent before all of it is rendered.
func (s *Site) page(w http.ResponseWriter, status int, f frame, name string, data any) {
	body, err := s.render(name, data)
	if err != nil {
		s.fault(w, err)
		return
	}
	f.Version, f.Body = s.cfg.Version, template.HTML(body)
	whole, err := s.render("layout", f)
	if err != nil {
		s.fault(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(whole) // a client that went away is no fault of ours
}

func (s *Site) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (s *Site) missing(w http.ResponseWriter, heading, text string) {
	data := struct{ Heading, Text string }{heading, text}
	s.page(w, http.StatusNotFound, frame{Title: heading}, "missing", data)
}

func (s *Site) fault(w http.ResponseWriter, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody is there to read an answer
	}
	s.cfg.Logger.Error("page failed", "error", err)
	http.Error(w, "The hub could not make this page; its log says why.", http.StatusInternalServerError)
}
