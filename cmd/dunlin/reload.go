package main

import (
	"context"
	"os"
	"strings"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// reloads reads the configuration again at every SIGHUP, until ctx ends.
func (a *daemon) reloads(ctx context.Context, path string, hup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			a.reload(path)
		}
	}
}

// reload applies what can change while pipelines run: the log level, and which pipelines are on. A configuration with
// an error changes nothing; keys that need a restart are named.
func (a *daemon) reload(path string) {
	next, err := config.Load(path, config.Options{})
	if err != nil {
		a.log.Error("configuration is kept: the new one is wrong", "file", path, "err", err)
		return
	}
	var live, later []string
	for _, key := range config.Diff(a.current.File, next.File) {
		if a.apply(key, next) {
			live = append(live, key)
		} else {
			later = append(later, key)
		}
	}
	a.current = next
	a.log.Info("configuration read again", "file", path, "applied", strings.Join(live, ","), "needs_restart", strings.Join(later, ","))
}

// apply changes one key in the running daemon, or reports that it cannot.
func (a *daemon) apply(key string, next *config.Config) bool {
	if key == "log.level" {
		a.level.Set(levelOf(next.LogLevel))
		return true
	}
	for _, c := range next.Pipelines {
		if p := a.pipelines[c.Name]; p != nil && key == "pipelines."+c.Name+".on" {
			p.SetOn(c.On)
			return true
		}
	}
	return false
}
