package audio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Device is one capture device.
type Device struct {
	Card   int
	ID     string // of the card, as "Loopback"; it stays the same when cards are plugged in another order
	Device int
	Name   string // of the card and the device, for people
}

// Address is the name by which the device is configured: "hw:Loopback,1".
func (d Device) Address() string { return fmt.Sprintf("hw:%s,%d", d.ID, d.Device) }

// Path is the device's file, as "/dev/snd/pcmC1D0c".
func (d Device) Path() string { return fmt.Sprintf("/dev/snd/pcmC%dD%dc", d.Card, d.Device) }

// List reads the capture devices of /proc/asound below root; "" stands for "/". A machine without sound has none.
func List(root string) ([]Device, error) {
	dir := filepath.Join("/", root, "proc/asound")
	cards, err := os.ReadFile(filepath.Join(dir, "cards"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list microphones: %w", err)
	}
	pcms, err := os.ReadFile(filepath.Join(dir, "pcm"))
	if err != nil {
		return nil, fmt.Errorf("list microphones: %w", err)
	}
	return ParseDevices(string(cards), string(pcms)), nil
}

// ParseDevices reads the texts of /proc/asound/cards and /proc/asound/pcm. Lines that it does not understand are
// passed over.
func ParseDevices(cards, pcms string) (all []Device) {
	known := parseCards(cards)
	for line := range strings.Lines(pcms) {
		// 01-00: USB Audio : USB Audio : capture 1
		parts := strings.Split(strings.TrimSpace(line), ": ")
		c, d, ok := strings.Cut(strings.TrimSuffix(parts[0], ":"), "-")
		card, err1 := strconv.Atoi(c)
		device, err2 := strconv.Atoi(d)
		if !ok || err1 != nil || err2 != nil || len(parts) < 3 || card < 0 || device < 0 {
			continue
		}
		captures := false
		for _, p := range parts[2:] {
			captures = captures || strings.HasPrefix(p, "capture ")
		}
		if k, there := known[card]; there && captures {
			all = append(all, Device{Card: card, ID: k.id, Device: device, Name: k.name + ", " + strings.TrimSpace(parts[1])})
		}
	}
	return all
}

type card struct{ id, name string }

// parseCards reads lines as " 1 [Loopback       ]: Loopback - Loopback".
func parseCards(text string) map[int]card {
	all := map[int]card{}
	for line := range strings.Lines(text) {
		number, rest, ok := strings.Cut(line, "[")
		id, rest, ok2 := strings.Cut(rest, "]")
		_, label, ok3 := strings.Cut(rest, ": ")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if !ok || !ok2 || !ok3 || err != nil || n < 0 || strings.TrimSpace(id) == "" {
			continue
		}
		if _, after, has := strings.Cut(label, " - "); has {
			label = after
		}
		all[n] = card{id: strings.TrimSpace(id), name: strings.TrimSpace(label)}
	}
	return all
}

// find is the device of a name.
func find(all []Device, n name) (Device, bool) {
	for _, d := range all {
		if d.Device == n.device && (d.ID == n.card || strconv.Itoa(d.Card) == n.card) {
			return d, true
		}
	}
	return Device{}, false
}

// addresses names devices for people.
func addresses(all []Device) string {
	if len(all) == 0 {
		return "this machine has no microphone at all"
	}
	var names []string
	for _, d := range all {
		names = append(names, d.Address())
	}
	return "there are: " + strings.Join(names, ", ")
}
