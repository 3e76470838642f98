package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
)

// Models are the versions on the device, as people change them. Errors wrap ErrNotFound or ErrBadRequest where that fits.
type Models interface {
	ModelVersions() []agent.ModelStatus
	// ImportModel takes in a bundle's bytes, to their end; name is what the client calls them.
	ImportModel(ctx context.Context, name string, bundle io.Reader) (agent.ModelStatus, error)
	// ActivateModel and RevertModel return when the wish is on the disk; the status tells what became of it. They name
	// the pipelines that are concerned.
	ActivateModel(ctx context.Context, r agent.ModelRequest) (pipelines []string, err error)
	RevertModel(ctx context.Context, r agent.ModelRequest) (pipelines []string, err error)
	// RemoveModel takes a version that nothing uses off the shelf; of the request only the model counts.
	RemoveModel(ctx context.Context, r agent.ModelRequest) error
}

func (s *Server) modelRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.cfg.Models.ModelVersions()) })
	mux.HandleFunc("POST /v1/models", s.guarded(func(w http.ResponseWriter, r *http.Request) error {
		body := &patient{r.Body, http.NewResponseController(w), s.cfg.Stall}
		v, err := s.cfg.Models.ImportModel(r.Context(), r.URL.Query().Get("name"), body)
		if err == nil {
			answer(w, v)
		}
		return err
	}))
	mux.HandleFunc("POST /v1/models/activate", s.guarded(modelRequest(s.cfg.Models.ActivateModel)))
	mux.HandleFunc("POST /v1/models/revert", s.guarded(modelRequest(s.cfg.Models.RevertModel)))
	mux.HandleFunc("POST /v1/models/remove", s.guarded(modelRequest(func(ctx context.Context, r agent.ModelRequest) ([]string, error) {
		return nil, s.cfg.Models.RemoveModel(ctx, r)
	})))
}

// patient reads a request's body as long as bytes come. Others wait for whoever sends one.
type patient struct {
	body io.Reader
	conn *http.ResponseController
	most time.Duration // without a byte
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.conn.SetReadDeadline(time.Now().Add(p.most)); err != nil {
		return 0, fmt.Errorf("limit the wait for bytes: %w", err)
	}
	n, err := p.body.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("no byte came for %s: %w", p.most, ErrBadRequest)
	}
	return n, err
}

func modelRequest(do func(context.Context, agent.ModelRequest) ([]string, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var ask agent.ModelRequest
		if err := read(r, &ask); err != nil {
			return err
		}
		names, err := do(r.Context(), ask)
		if err == nil {
			answer(w, names)
		}
		return err
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	write(w, v)
}

// Models lists the versions on the shelf.
func (c *Client) Models(ctx context.Context) ([]agent.ModelStatus, error) {
	var out []agent.ModelStatus
	err := c.ask(ctx, http.MethodGet, "/v1/models", nil, &out)
	return out, err
}

// ImportModel hands a bundle's bytes to the agent, which keeps them as its own user: no file changes its owner. The name
// is for whoever looks at the shelf.
func (c *Client) ImportModel(ctx context.Context, name string, bundle io.Reader) (agent.ModelStatus, error) {
	var out agent.ModelStatus
	err := c.ask(ctx, http.MethodPost, "/v1/models?name="+url.QueryEscape(name), bundle, &out)
	return out, err
}

// ActivateModel asks for a version and returns the pipelines that are to use it.
func (c *Client) ActivateModel(ctx context.Context, r agent.ModelRequest) ([]string, error) {
	return c.request(ctx, "/v1/models/activate", r)
}

// RevertModel asks for the version before and returns the pipelines that go back.
func (c *Client) RevertModel(ctx context.Context, r agent.ModelRequest) ([]string, error) {
	return c.request(ctx, "/v1/models/revert", r)
}

// RemoveModel asks for a version to be taken off the shelf.
func (c *Client) RemoveModel(ctx context.Context, r agent.ModelRequest) error {
	_, err := c.request(ctx, "/v1/models/remove", r)
	return err
}

func (c *Client) request(ctx context.Context, path string, r agent.ModelRequest) ([]string, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	var out []string
	err = c.ask(ctx, http.MethodPost, path, bytes.NewReader(data), &out)
	return out, err
}

// ask sends a request and decodes the answer.
func (c *Client) ask(ctx context.Context, method, path string, body io.Reader, v any) error {
	answer, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	err = json.NewDecoder(io.LimitReader(answer, maxLine)).Decode(v)
	if err = errors.Join(err, answer.Close()); err != nil {
		return fmt.Errorf("read the agent's answer: %w", err)
	}
	return nil
}
