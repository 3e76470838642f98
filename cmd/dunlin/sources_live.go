package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/hal"
)

// livePage shows one source at work.
type livePage struct {
	name   string
	src    hal.Source
	scope  *scope
	colour bool
	width  int
	height int
}

// readLive runs a source and shows it until it ends or the reader has seen enough.
func (a *app) readLive(ctx context.Context, name string, src hal.Source) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := livePage{name: name, src: src, scope: &scope{}, colour: a.colour()}
	page := tea.NewProgram(p, tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(a.out))
	ended := make(chan error, 1)
	go func() {
		ended <- src.Run(ctx, p.scope.block)
		page.Quit()
	}()
	_, err := page.Run()
	cancel()
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, tea.ErrInterrupted) {
		err = nil // Ctrl-C is how people end it
	}
	if runErr := <-ended; !errors.Is(runErr, hal.End) {
		err = errors.Join(err, runErr)
	}
	return err
}

type liveTick struct{}

func nextTick() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(time.Time) tea.Msg { return liveTick{} })
}

func (livePage) Init() tea.Cmd { return nextTick() }

func (p livePage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case liveTick:
		return p, nextTick()
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if k := msg.String(); k == "q" || k == "esc" || k == "ctrl+c" {
			return p, tea.Quit
		}
	}
	return p, nil
}

func (p livePage) View() tea.View {
	v := tea.NewView(p.text())
	v.AltScreen = true
	return v
}

// text is the page, cut to the window.
func (p livePage) text() string {
	lines := append([]string{p.name + "  " + p.src.String()}, p.health()...)
	lines = append(lines, "")
	lines = append(lines, p.channels()...)
	for i, l := range lines {
		r := []rune(strings.Map(plain, l))
		if p.width > 0 && len(r) > p.width {
			r = r[:p.width]
		}
		lines[i] = string(r)
	}
	if p.height > 2 && len(lines) > p.height-2 {
		lines = lines[:p.height-2]
	}
	return strings.Join(append(lines, "", paint(p.colour, "2", "q ends")), "\n")
}

func (p livePage) health() []string {
	h, ok := p.src.(hal.Healther)
	if !ok {
		return nil
	}
	is := h.Health()
	line := fmt.Sprintf("%s, %s, jitter %s, samples %d, gaps %d, skipped %d, dropped %d", is.State, rateText(float64(is.Rate)),
		micros(float64(agent.MicrosOf(is.Jitter))), is.Samples, is.Gaps, is.Skipped, is.Dropped)
	if is.Reason != "" {
		return []string{line, is.Reason}
	}
	return []string{line}
}

// channels is a table with a curve at the end of each row, which gets what is left of the window.
func (p livePage) channels() []string {
	traces, names := p.scope.look(), channelWords(channelsOf(p.src))
	if len(traces) == 0 {
		return []string{"no sample yet"}
	}
	if picture := pictureOf(p.src); picture != (hal.Picture{}) {
		traces, names = traces[:1], []string{"first of " + picture.String()}
	}
	var text strings.Builder
	t := newTable(&text, "CHANNEL", "NOW", "LEAST", "MOST", "CURVE")
	for i, tr := range traces {
		name := "channel " + strconv.Itoa(i+1)
		if i < len(names) {
			name = names[i]
		}
		t.row(name, number(tr.last), number(tr.least), number(tr.most), "")
	}
	if err := t.flush(); err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	column := strings.Index(lines[0], "CURVE")
	width := max(p.width, 80) - column
	for i := range traces {
		lines[i+1] = fmt.Sprintf("%-*s%s", column, strings.TrimRight(lines[i+1], " "), spark(traces[i].curve, width))
	}
	return lines
}

// number is a value with five digits.
func number(v float32) string { return strconv.FormatFloat(float64(v), 'g', 5, 32) }
