package live

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// BuildCLoop compiles the plain C loop that ours is compared with into dir and returns the program's path.
func BuildCLoop(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "cloop")
	if out, err := exec.CommandContext(ctx, "cc", "-O2", "-o", program, "bench/cloop/cloop.c", "-ldl").CombinedOutput(); err != nil {
		return "", fmt.Errorf("run cc (apt-get install gcc): %w: %s", err, out)
	}
	return program, nil
}
