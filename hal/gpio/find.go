package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/hal"
)

const groupFix = "let the agent's user have the lines: sudo usermod -aG gpio dunlin, then restart it"

// open finds the line of a configuration and requests it.
func open(cfg Config) (Line, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	chip, line, err := find(cfg.Host, cfg.Chip, cfg.Line)
	if err != nil {
		return nil, err
	}
	return request(cfg.Host, line, Request{
		Chip: chip.Name, Offset: line.Offset, Edges: cfg.Edges, Bias: cfg.Bias, ActiveLow: cfg.ActiveLow, Debounce: cfg.Debounce,
	})
}

// request asks the host for a line and says who has it when it is in use.
func request(h Host, info LineInfo, r Request) (Line, error) {
	line, err := h.Request(r)
	if err == nil {
		return line, nil
	}
	what := fmt.Sprintf("gpio line %d of %s", r.Offset, r.Chip)
	var gone *hal.AbsentError
	switch {
	case errors.As(err, &gone):
		return nil, err
	case errors.Is(err, syscall.EBUSY):
		user := or(info.Consumer, "somebody without a name")
		return nil, &hal.AbsentError{
			What: what, Err: fmt.Errorf("%q uses it: %w", user, err),
			Fix: fmt.Sprintf("stop %q, switch off the overlay that gave it the line, or choose another line", user),
		}
	case errors.Is(err, fs.ErrPermission):
		return nil, &hal.AbsentError{What: what, Err: err, Fix: groupFix}
	}
	return nil, fmt.Errorf("request %s: %w", what, err)
}

// find looks a line up by chip (name, link or label; empty means any) and by offset or name.
func find(h Host, chip, line string) (ChipInfo, LineInfo, error) {
	all := h.Chips()
	chips := slices.DeleteFunc(slices.Clone(all), func(c ChipInfo) bool { return chip != "" && !c.named(chip) })
	if len(chips) == 0 {
		return ChipInfo{}, LineInfo{}, noChip(chip, all)
	}
	offset, err := strconv.Atoi(line)
	numeric := err == nil
	if numeric && len(chips) > 1 {
		return ChipInfo{}, LineInfo{}, fmt.Errorf("find gpio line %s: there are %d chips: name one of %s", line, len(chips), names(chips))
	}
	for _, c := range chips {
		for _, l := range c.Lines {
			if numeric && l.Offset == offset || !numeric && l.Name == line {
				return c, l, nil
			}
		}
	}
	return ChipInfo{}, LineInfo{}, noLine(line, chips)
}

func (c ChipInfo) named(name string) bool {
	name = strings.TrimPrefix(name, "/dev/")
	return c.Name == name || c.Label == name || slices.Contains(c.Links, name)
}

func noChip(chip string, all []ChipInfo) error {
	if len(all) == 0 {
		return &hal.AbsentError{What: "gpio", Fix: "the kernel shows no /dev/gpiochip*: load the driver of the board's GPIO chip"}
	}
	return &hal.AbsentError{What: "gpio chip " + strconv.Quote(chip), Fix: "choose one of " + names(all)}
}

// noLine prefers the chip that could not be asked: its lines may be what is wanted.
func noLine(line string, chips []ChipInfo) error {
	what := "gpio line " + strconv.Quote(line)
	for _, c := range chips {
		if c.Err == nil {
			continue
		}
		fix := "see what `ls -l /dev/" + c.Name + "` and the kernel's log say"
		if errors.Is(c.Err, fs.ErrPermission) {
			fix = groupFix
		}
		return &hal.AbsentError{What: what, Err: fmt.Errorf("open %s: %w", c.Name, c.Err), Fix: fix}
	}
	fix := "choose a line that `dunlin sources ls` shows"
	if len(chips) == 1 {
		fix += fmt.Sprintf(": %s has %d, counted from 0", chips[0].Name, len(chips[0].Lines))
	}
	return &hal.AbsentError{What: what, Fix: fix}
}

func names(chips []ChipInfo) string {
	var all []string
	for _, c := range chips {
		all = append(all, fmt.Sprintf("%s (%s)", c.Name, or(c.Label, "no label")))
	}
	return strings.Join(all, ", ")
}
