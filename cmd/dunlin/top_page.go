package main

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/dunlin-iot/dunlin/agent"
)

// topPage is the live page: the last status, and what changed since the one before.
type topPage struct {
	colour        bool
	width, height int
	status        *agent.Status
	before        *agent.Status
}

func (topPage) Init() tea.Cmd { return nil }

func (p topPage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case agent.Status:
		p.before, p.status = p.status, &msg
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if k := msg.String(); k == "q" || k == "esc" || k == "ctrl+c" {
			return p, tea.Quit
		}
	}
	return p, nil
}

func (p topPage) View() tea.View {
	v := tea.NewView(p.text())
	v.AltScreen = true
	return v
}

// text is the page, cut to the window.
func (p topPage) text() string {
	if p.status == nil {
		return "waiting for the daemon"
	}
	var b strings.Builder
	if err := writeStatus(&b, *p.status); err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	lines = append(lines, "", p.rates())
	for i, l := range lines {
		lines[i] = p.line(l)
	}
	if p.height > 1 && len(lines) > p.height-1 {
		lines = lines[:p.height-1]
	}
	return strings.Join(append(lines, p.dim("q ends")), "\n")
}

// line cuts a line to the window and makes the heads of tables stand out.
func (p topPage) line(l string) string {
	if r := []rune(l); p.width > 0 && len(r) > p.width {
		l = string(r[:p.width])
	}
	for _, head := range []string{"PIPELINE", "NEW VERSION", "SOURCE", "STREAM", "LOST AT"} {
		if strings.HasPrefix(l, head+" ") {
			return paint(p.colour, "1", l)
		}
	}
	return l
}

func (p topPage) dim(s string) string { return paint(p.colour, "2", s) }

// rates are windows per second since the status before.
func (p topPage) rates() string {
	if p.before == nil || p.status.Now <= p.before.Now {
		return ""
	}
	seconds := (p.status.Now - p.before.Now).Duration().Seconds()
	var now, then uint64
	for _, pl := range p.status.Pipelines {
		now += pl.Windows
	}
	for _, pl := range p.before.Pipelines {
		then += pl.Windows
	}
	if now < then {
		return "" // the daemon started again
	}
	return fmt.Sprintf("%.1f windows/s, %d records waiting", float64(now-then)/seconds, waiting(*p.status))
}
