package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// settings are what serve was told.
type settings struct {
	Dev       bool
	State     string // folder of the database
	HTTP      string // host:port of page and API
	MQTT      string // host:port of the broker
	JSONReady bool
	Verbose   bool
}

func serveCommand() *cobra.Command {
	s := settings{}
	c := &cobra.Command{
		Use:   "serve --dev",
		Short: "Run broker, database, API and page on this machine",
		Long: `Runs everything a fleet needs on one machine, on loopback only: an MQTT broker, a database, the API and the page.
When it is ready it prints one line with the addresses of the page and of the broker. It ends on SIGINT and SIGTERM;
what it has acknowledged by then is on disk.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c.Context(), s, c.OutOrStdout(), newLogger(c.ErrOrStderr(), s.Verbose))
		},
	}
	f := c.Flags()
	f.BoolVar(&s.Dev, "dev", false, "development mode: loopback only, no TLS, no accounts (the only mode so far)")
	f.StringVar(&s.State, "state", "", "`folder` of the database (default $XDG_STATE_HOME/dunlin-hub)")
	f.StringVar(&s.HTTP, "http", "127.0.0.1:8470", "`host:port` of page and API; port 0 is any free one")
	f.StringVar(&s.MQTT, "mqtt", "127.0.0.1:1883", "`host:port` of the broker; port 0 is any free one")
	f.BoolVar(&s.JSONReady, "json-ready", false, `print the addresses as one line of JSON: {"page":"…","mqtt":"…"}`)
	f.BoolVarP(&s.Verbose, "verbose", "v", false, "log more")
	return c
}

func (s *settings) check() error {
	if !s.Dev {
		return &usageError{"serve needs --dev: TLS, accounts and enrolment are not there yet, so the hub runs on loopback for development only"}
	}
	if err := checkLoopback("http", s.HTTP); err != nil {
		return err
	}
	return checkLoopback("mqtt", s.MQTT)
}

func serve(ctx context.Context, s settings, out io.Writer, log *slog.Logger) error {
	if err := s.check(); err != nil {
		return err
	}
	folder, err := stateFolder(s.State)
	if err != nil {
		return err
	}
	h, err := build(ctx, s, folder, log)
	if err != nil {
		return err
	}
	return h.run(ctx, func() error { return ready(out, h, s.JSONReady) })
}

// stateFolder is where the database lies; it is made, for its owner alone.
func stateFolder(folder string) (string, error) {
	if folder == "" {
		folder = os.Getenv("XDG_STATE_HOME")
		if folder == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", &usageError{"no home folder to keep the database in: name one with --state"}
			}
			folder = filepath.Join(home, ".local", "state")
		}
		folder = filepath.Join(folder, "dunlin-hub")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make state folder: %w: name another folder with --state", err)
	}
	return folder, nil
}

// ready says where the hub is; nothing else goes to standard output.
func ready(out io.Writer, h *hub, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(map[string]string{"page": h.pageURL(), "mqtt": h.mqttURL(), "db": h.db})
	}
	_, err := fmt.Fprintf(out, "page %s  broker %s  database %s\n", h.pageURL(), h.mqttURL(), h.db)
	return err
}

// newLogger writes for people; under systemd the journal has the time already.
func newLogger(w io.Writer, verbose bool) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		opts.Level = slog.LevelDebug
	}
	if os.Getenv("JOURNAL_STREAM") != "" {
		opts.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
