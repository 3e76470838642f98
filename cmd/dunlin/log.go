package main

import (
	"io"
	"log/slog"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// newLogger writes lines of text to w. Under systemd the journal adds the time; see JOURNAL_STREAM in systemd.exec(5).
func newLogger(w io.Writer, level slog.Leveler, getenv func(string) string) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if getenv("JOURNAL_STREAM") != "" {
		opts.ReplaceAttr = func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		}
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// levelOf is the level of a word that agent/config has checked.
func levelOf(l config.Level) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l)); err != nil {
		panic(err) // config.Level and slog know the same four words
	}
	return level
}
