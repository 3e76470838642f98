//go:build !linux

package main

import (
	"context"
	"log/slog"
)

// trimLater does nothing: only Linux tells a process its mappings.
func trimLater(context.Context, *slog.Logger) {}
