package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal/udev"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

func (a *app) sourcesSetupCommand() *cobra.Command {
	var path string
	var dry bool
	c := a.command(&cobra.Command{
		Use: "setup SOURCE", Short: "Let the daemon use the device of a source: write its udev rule, once, as root", Args: cobra.ExactArgs(1),
		Long: "Write the udev rule of one source, and have udev carry it out: the device's file gets the group " + udev.Group + ", and a device\n" +
			"of Industrial I/O that is read through its buffer gets its rate, channels, watermark and trigger, whenever it appears.\n" +
			"The daemon itself needs no right to /sys and never writes there. Removing the file undoes it.",
	})
	a.configFlag(c, &path)
	c.Flags().BoolVar(&dry, "dry-run", false, "print the rule and change nothing; needs no root")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, h, err := a.openSource(path, args[0])
		if err != nil {
			return err
		}
		defer h.close()
		rule, err := h.rule(s)
		if errors.Is(err, errNoRule) {
			a.say("%v; next: dunlin sources read %s", err, s.Name)
			return nil
		}
		if err != nil {
			return err
		}
		text, err := udev.Render(rule)
		if err != nil {
			return err
		}
		if dry {
			_, err = fmt.Fprint(a.out, text)
			return err
		}
		if err := rootOnly(os.Geteuid(), s.Name); err != nil {
			return err
		}
		return a.setUp(c.Context(), h, s, rule, text)
	}
	return c
}

func rootOnly(uid int, name string) error {
	if uid == 0 {
		return nil
	}
	return withCode(exitRefused, fmt.Errorf("rules of udev belong to root: sudo dunlin sources setup %s; --dry-run prints the rule", name))
}

// setUp writes the rule and has it carried out.
func (a *app) setUp(ctx context.Context, h *hardware, c config.SourceConfig, rule udev.Rule, text string) error {
	file := h.path(rulePath(rule.Source))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("make folder of udev rules: %w", err)
	}
	if err := atomicfile.Write(file, []byte(text), 0o644); err != nil {
		return err
	}
	a.say("wrote %s", file)
	if _, err := user.LookupGroup(udev.Group); err != nil {
		a.say("there is no group %s yet: groupadd --system %s, then run this again", udev.Group, udev.Group)
	}
	if _, err := exec.LookPath("udevadm"); err != nil {
		a.say("there is no udevadm here: the rule holds when some udev reads it; without one run this again whenever the device has come, as after a restart")
		return h.carryOut(c)
	}
	subsystem := ""
	for _, m := range rule.Matches {
		if m.Key == "SUBSYSTEM" {
			subsystem = m.Value
		}
	}
	for _, args := range [][]string{{"control", "--reload"}, {"trigger", "--action=change", "--subsystem-match=" + subsystem}, {"settle", "--timeout=10"}} {
		if out, err := exec.CommandContext(ctx, "udevadm", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("run udevadm %s: %w: %s; the rule is written and holds after a restart of the machine", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
		}
	}
	a.say("udev has carried it out; next: systemctl restart dunlin, or as a member of the group %s: dunlin sources read %s", udev.Group, rule.Source)
	return nil
}
