package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// testFlags is one command line of models test.
type testFlags struct {
	models         modelFlags
	output, report string
	threads        int
	delegates      []string
	stream         evaluate.Stream
	stress         bool
	stressTime     time.Duration
}

func (a *app) modelsTestCommand() *cobra.Command {
	var f testFlags
	c := a.command(&cobra.Command{
		Use: "test MODEL", Short: "Run a model's acceptance set on this machine and hold it to its bounds",
		Long: "Run the golden vectors and the labelled acceptance set of a bundle on this machine, as the daemon would run it, measure\n" +
			"latency as a single stream, and hold the unfavourable end of every 95 % interval against the bundle's bounds.\n" +
			"The report is kept beside the version. A model that misses a bound ends with exit code 4.",
		Args: cobra.ExactArgs(1),
	})
	c.Flags().IntVar(&f.threads, "threads", 1, "threads of one inference")
	c.Flags().StringSliceVar(&f.delegates, "delegates", nil, "preference, best first; an accelerator by name or by the path of its library; default: the engine's")
	c.Flags().IntVar(&f.stream.Runs, "runs", 1024, "fewest inferences of the latency measurement")
	c.Flags().DurationVar(&f.stream.Time, "time", time.Minute, "shortest time of the latency measurement")
	c.Flags().StringVar(&f.report, "report", "", "`file` for the report; default: report.json beside the version")
	c.Flags().BoolVar(&f.stress, "stress", false, "also: twice the input rate, garbage inputs, load and unload")
	c.Flags().DurationVar(&f.stressTime, "stress-time", 10*time.Second, "how long the input comes at twice its rate")
	outputFlag(c, &f.output, "table", "table", "json")
	a.modelFlags(c, &f.models)
	c.RunE = func(c *cobra.Command, args []string) error { return a.testModel(c.Context(), args[0], f) }
	return c
}

func (a *app) testModel(ctx context.Context, name string, f testFlags) error {
	if f.stream.Runs < 1 || f.stream.Time <= 0 || f.stressTime <= 0 {
		return withCode(exitUsage, fmt.Errorf("--runs, --time and --stress-time want to be above zero"))
	}
	lib, b, err := findModel(a, &f.models, name)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := lib.test(ctx, b, f)
	if err != nil {
		return err
	}
	if err := a.keepReport(r, b.path, f.report); err != nil {
		return err
	}
	if f.output == "json" {
		err = printJSON(a.out, r)
	} else {
		err = r.write(newTable(a.out))
	}
	if err != nil {
		return err
	}
	if b.Acceptance.File == "" {
		a.say("the bundle has no acceptance set: how good the model is was not measured")
	}
	return r.verdict()
}

// stressLimit is how long one inference of garbage may take.
const stressLimit = 10 * time.Second

// test runs everything that the command line asks for, in a session of its own.
func (l *library) test(ctx context.Context, b *bundle, f testFlags) (*acceptance, error) {
	opts := optionsFor(f.threads, f.delegates)
	load := func() (engine.Session, error) {
		s, _, err := l.session(ctx, b.Bundle, opts)
		return s, err
	}
	s, err := load()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	rt, err := l.runtime(b.Engine.Name)
	if err != nil {
		return nil, err
	}
	r := newAcceptance(b.Bundle, way{rt.Name() + " " + rt.Version(), opts.Threads}, s)
	if b.Acceptance.File != "" {
		cases, err := b.OpenCases(b.Disk)
		if err != nil {
			return nil, err
		}
		defer cases.Close()
		if err := r.run(ctx, b.Bundle, cases, s); err != nil {
			return nil, err
		}
	}
	opts.Delegates = strings.Split(r.Delegate, "+") // what runs is what is measured
	bare := func() (engine.Session, error) { return rt.Load(b.Model, opts) }
	if r.Latency, err = evaluate.Measure(ctx, bare, f.stream); err != nil {
		return nil, err
	}
	if f.stress {
		lone := func() (engine.Session, error) {
			s, _, err := l.sessionOf(ctx, b.Bundle, use{options: opts, isolated: true, limit: stressLimit})
			return s, err
		}
		if r.Stress, err = newStress(b.Bundle, load, lone, f.stressTime).run(ctx); err != nil {
			return nil, err
		}
	}
	r.judge(b.Bundle)
	return r, nil
}

// keepReport writes the report where it belongs. Models that came with the system lie in folders that only root writes:
// then it is said, and the verdict stands.
func (a *app) keepReport(r *acceptance, bundle, path string) error {
	if path != "" {
		return r.save(path)
	}
	path = reportBeside(bundle)
	err := r.save(path)
	if unwritable(err) {
		a.say("the report is not kept: %v; name another place with --report", err)
		return nil
	}
	if err == nil {
		err = handOver(path)
	}
	if err == nil {
		a.say("report: %s", path)
	}
	return err
}

// write prints the report for people.
func (a *acceptance) write(t *table) error {
	t.row("model", a.Model)
	t.row("runs on", fmt.Sprintf("%s, %s for %d of %d operators", a.Engine, a.Delegate, a.Delegated, a.Nodes))
	if s := a.Set; s != nil {
		t.row("scores", a.scoresText())
		for _, m := range []struct {
			name string
			evaluate.Metric
		}{
			{"accuracy", s.Accuracy}, {"balanced accuracy", s.BalancedAccuracy}, {"precision, macro", s.Precision.Macro},
			{"recall, macro", s.Recall.Macro}, {"F1, macro", s.F1.Macro}, {"ROC AUC", s.ROCAUC}, {"average precision", s.AveragePrecision},
			{"log loss", s.LogLoss}, {"Brier score", s.Brier}, {"calibration error", s.ECE}, {"MCC", s.MCC},
		} {
			t.row(m.name, metricText(m.Metric))
		}
		for _, c := range s.Classes {
			t.row("recall of "+c.Label, metricText(c.Recall))
		}
		for _, slice := range s.Slices {
			t.row("accuracy of "+slice.Name, metricText(slice.Accuracy))
		}
	}
	l := a.Latency
	t.row("latency", fmt.Sprintf("p50 %s, p90 %s, p99 %s of %d runs; load %s, first %s", inShort(l.P50), inShort(l.P90), inShort(l.P99), l.Runs, inShort(l.Init), inShort(l.First)))
	for _, s := range a.Stress {
		verdict := "failed: "
		if s.Passed {
			verdict = "passed: "
		}
		t.row(s.What, verdict+s.Found)
	}
	if a.Passed {
		t.row("verdict", "accepted")
	} else {
		t.row("verdict", "not accepted: "+strings.Join(a.Missed, "; "))
	}
	return t.flush()
}

func metricText(m evaluate.Metric) string {
	if !m.Defined {
		return "not defined on this set"
	}
	return fmt.Sprintf("%.4f (95 %%: %.4f to %.4f; %d samples)", m.Value, m.Low, m.High, m.N)
}

func inShort(d time.Duration) string { return d.Round(time.Microsecond).String() }
