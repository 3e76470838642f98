//go:build !linux

package main

import (
	"context"
	"log/slog"
)

// trimAtTimes does nothing: only Linux tells a process its mappings.
func trimAtTimes(context.Context, *slog.Logger) {}
