package subprocess

import (
	"os"
	"slices"
	"strings"
)

// private are environment variables by which a service manager knows its service: a child has no use for them.
var private = []string{"NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_", "CREDENTIALS_DIRECTORY=", "FDSTORE="}

// Environ is this process's environment without what belongs to its service manager.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc(private, func(p string) bool { return strings.HasPrefix(v, p) })
	})
}
