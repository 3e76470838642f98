package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
)

// printer writes decisions in one form.
type printer interface {
	row(predicted)
	end() error
}

func newPrinter(a *app, form string) printer {
	switch form {
	case "jsonl":
		return &linePrinter{a: a}
	case "csv":
		p := &csvPrinter{w: csv.NewWriter(a.out)}
		p.err = p.w.Write([]string{"recording", "time_s", "label", "score", "held", "want"})
		return p
	}
	return &tablePrinter{a: a}
}

type linePrinter struct {
	a   *app
	err error
}

func (p *linePrinter) row(r predicted) {
	if p.err == nil {
		p.err = printLine(p.a.out, r)
	}
}

func (p *linePrinter) end() error { return p.err }

type csvPrinter struct {
	w   *csv.Writer
	err error
}

func (p *csvPrinter) row(r predicted) {
	if p.err == nil {
		p.err = p.w.Write([]string{r.Recording, seconds(r.Time), r.Label, scoreText(r.Score), strconv.FormatBool(r.Held), r.Want})
	}
}

func (p *csvPrinter) end() error {
	p.w.Flush()
	if p.err != nil {
		return p.err
	}
	return p.w.Error()
}

// tablePrinter writes its head with the first row: no decisions, no table.
type tablePrinter struct {
	a *app
	t *table
}

func (p *tablePrinter) row(r predicted) {
	if p.t == nil {
		p.t = newTable(p.a.out, "RECORDING", "TIME", "LABEL", "SCORE", "HELD", "WANT")
	}
	held := ""
	if r.Held {
		held = "held"
	}
	p.t.row(r.Recording, seconds(r.Time)+" s", r.Label, scoreText(r.Score), held, r.Want)
}

func (p *tablePrinter) end() error {
	if p.t == nil {
		return nil
	}
	return p.t.flush()
}

func seconds(v float64) string { return fmt.Sprintf("%.1f", v) }
