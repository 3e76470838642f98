package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// teflon are Mesa's delegate for 64-bit Arm and what it links that the C library of a cross-compiler does not bring, by
// suite. A test loads it where there is no accelerator.
var teflon = map[string]string{
	"mesa-teflon-delegate": suite + "-backports", "libdrm2": suite + "-backports",
	"libexpat1": suite, "libzstd1": suite, "zlib1g": suite,
}

// provideTeflon unpacks the packages below folder/teflon, when they are not there yet. apt has checked them against the
// archive's signature; nothing of them is installed.
func provideTeflon(ctx context.Context, a apt, folder string) error {
	root := filepath.Join(folder, "teflon")
	if exists(root) {
		return nil
	}
	if err := a.prepare(); err != nil {
		return err
	}
	if err := a.update(ctx); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(folder, "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for name, from := range teflon {
		file, err := a.download(ctx, tmp, name, "", from)
		if err != nil {
			return err
		}
		if text, err := exec.CommandContext(ctx, "dpkg-deb", "-x", file, tmp).CombinedOutput(); err != nil {
			return fmt.Errorf("dpkg-deb -x %s: %w\n%s", file, err, text)
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return os.Rename(tmp, root)
}
