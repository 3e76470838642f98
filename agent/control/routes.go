package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	maxBody       = 4 << 10
	shortestWatch = 100 * time.Millisecond
	longestWatch  = time.Hour
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/watch", s.watch)
	mux.HandleFunc("POST /v1/log-level", s.change(s.logLevel))
	mux.HandleFunc("POST /v1/pipelines/{name}", s.change(s.pipeline))
	if s.cfg.Models != nil {
		s.modelRoutes(mux)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		reply(w, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, ErrNotFound))
	})
	return mux
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	write(w, s.daemon.Status())
}

// write ignores the error of a client that has hung up: nobody is left to tell.
func write(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

// watch writes the status now and at every tick.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	every, err := interval(r.FormValue("every"))
	if err != nil {
		reply(w, err)
		return
	}
	select {
	case s.watchers <- struct{}{}:
		defer func() { <-s.watchers }()
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
		write(w, problem{"too many watchers; close one"})
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if json.NewEncoder(w).Encode(s.daemon.Status()) != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

func interval(text string) (time.Duration, error) {
	if text == "" {
		return time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < shortestWatch || d > longestWatch {
		return 0, fmt.Errorf("every=%q: write %s to %s: %w", text, shortestWatch, longestWatch, ErrBadRequest)
	}
	return d, nil
}

// change lets only those through who may change things.
func (s *Server) change(do func(*http.Request) error) http.HandlerFunc {
	return s.guarded(func(w http.ResponseWriter, r *http.Request) error {
		if err := do(r); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// guarded is change for what answers with more than success; do answers only when it succeeds.
func (s *Server) guarded(do func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		peer, known := peerFrom(r.Context())
		if !known || !groupRule(s.cfg.Group).MayChange(peer) {
			s.cfg.Logger.Warn("change refused", "uid", peer.UID, "pid", peer.PID, "path", r.URL.Path)
			reply(w, fmt.Errorf("only root and members of the group %s may change things: %w", s.cfg.Group, ErrForbidden))
			return
		}
		if err := do(w, r); err != nil {
			reply(w, err)
			return
		}
		s.cfg.Logger.Info("changed by a local user", "uid", peer.UID, "pid", peer.PID, "path", r.URL.Path)
	}
}

func (s *Server) logLevel(r *http.Request) error {
	var body struct {
		Level string `json:"level"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	return s.daemon.SetLogLevel(body.Level)
}

func (s *Server) pipeline(r *http.Request) error {
	var body struct {
		On *bool `json:"on"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	if body.On == nil {
		return fmt.Errorf(`write {"on": true} or {"on": false}: %w`, ErrBadRequest)
	}
	return s.daemon.SetPipeline(r.Context(), r.PathValue("name"), *body.On)
}

func read(r *http.Request, v any) error {
	dec := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("read request: %w: %w", ErrBadRequest, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read request: more than one value: %w", ErrBadRequest)
	}
	return nil
}

// problem is the body of every error.
type problem struct {
	Error string `json:"error"`
}

func reply(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrForbidden):
		code = http.StatusForbidden
	case errors.Is(err, ErrNotFound):
		code = http.StatusNotFound
	case errors.Is(err, ErrBadRequest):
		code = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	write(w, problem{err.Error()})
}
