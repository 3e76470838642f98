package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// finding is one thing that doctor looked at.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // ok, absent, fault, note
	Text  string `json:"text"`
}

func (a *app) doctorCommand() *cobra.Command {
	var path, output string
	c := a.command(&cobra.Command{Use: "doctor", Short: "Check everything the daemon needs, and say how to mend what fails"})
	a.configFlag(c, &path)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := loadConfig(path)
		if err != nil {
			return err
		}
		d := &doctor{app: a, cfg: cfg, lib: &library{roots: cfg.ModelRoots, path: cfg.TFLite, onnx: cfg.ONNX, state: cfg.State, shelf: filepath.Join(cfg.State, "models"), getenv: a.getenv}, hardware: newHardware(a.deps())}
		defer d.hardware.close()
		d.look(c.Context())
		if err := d.print(output); err != nil {
			return err
		}
		return d.verdict()
	}
	return c
}

type doctor struct {
	app      *app
	cfg      *config.Config
	lib      *library
	hardware *hardware
	running  *agent.Status // of the daemon; nil when none answers
	findings []finding
}

func (d *doctor) look(ctx context.Context) {
	d.add("configuration", nil, fmt.Sprintf("device %s, sources %d, pipelines %d", d.cfg.DeviceID, len(d.cfg.Sources), len(d.cfg.Pipelines)))
	d.runtime()
	for _, p := range d.cfg.Pipelines {
		d.pipeline(ctx, p)
	}
	daemonErr := d.meet(ctx)
	d.machine()
	for _, s := range d.cfg.Sources {
		d.source(ctx, s)
	}
	d.state()
	d.trust()
	d.hub(ctx)
	d.group()
	d.daemon(daemonErr)
}

// add notes what was found: err is nil, something absent, or a fault.
func (d *doctor) add(what string, err error, text string) {
	f := finding{What: what, State: "ok", Text: text}
	if err != nil {
		f.State, f.Text = "fault", err.Error()
		var gone *hal.AbsentError // for want of a permission, too
		if errors.As(err, &gone) || exitCode(err) == exitAbsent {
			f.State = "absent"
		}
	}
	d.findings = append(d.findings, f)
}

// runtime looks for the engines that the pipelines' models name; without any it looks for the usual one.
func (d *doctor) runtime() {
	names := map[string]bool{}
	for _, p := range d.cfg.Pipelines {
		if b, err := d.lib.bundle(manifest.Ref(p.Model)); err == nil { // the pipeline's own finding says what is wrong
			names[b.Engine.Name] = true
		}
	}
	if len(names) == 0 {
		names["tflite"] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		rt, err := d.lib.runtime(name)
		switch {
		case err == nil:
			d.add("runtime", nil, rt.Name()+" "+rt.Version())
		case len(d.cfg.Pipelines) == 0:
			d.findings = append(d.findings, finding{"runtime", "note", "no pipeline wants it: " + err.Error()})
		default:
			d.add("runtime", err, "")
		}
	}
}

// pipeline loads the model and runs its golden vectors, as the daemon will.
func (d *doctor) pipeline(ctx context.Context, p config.PipelineConfig) {
	what := "pipeline " + p.Name
	b, err := d.lib.bundle(manifest.Ref(p.Model))
	if err != nil {
		d.add(what, err, "")
		return
	}
	u := use{options: optionsOf(p), isolated: p.Isolated, limit: p.Limit}
	s, report, err := d.lib.sessionOf(ctx, b, u)
	if err != nil {
		d.add(what, err, "")
		return
	}
	ran := s.Report()
	d.add(what, s.Close(), fmt.Sprintf("%s %s%s, %s", b.Ref(), u.where(), ran, report))
	for _, text := range walkTexts(ran.Walks) {
		d.findings = append(d.findings, finding{what, "note", "delegate " + text})
	}
	if src, err := findSource(d.cfg, p.Source); err == nil {
		if err := fit(b, d.hardware.source(src)); err != nil {
			d.add(what, err, "")
		}
	}
}

func absent(what, fix string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		err = fs.ErrNotExist
	}
	return &hal.AbsentError{What: what, Fix: fix, Err: err}
}

// trust warns for as long as anybody's models are let in, and of what the daemon uses without being allowed to take it.
func (d *doctor) trust() {
	if d.cfg.AllowUnsigned {
		d.findings = append(d.findings, finding{"trust", "note", unsignedWarning})
	}
	if d.running == nil {
		return
	}
	for _, text := range d.running.Doubts {
		d.findings = append(d.findings, finding{"trust", "fault", text})
	}
}

// state tries a write where the spool will be.
func (d *doctor) state() {
	if !isFolder(d.cfg.State) {
		d.add("state folder", absent("folder "+d.cfg.State, "the daemon makes it if it may; or make it with mkdir -p", fs.ErrNotExist), "")
		return
	}
	f, err := os.CreateTemp(d.cfg.State, ".doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	switch {
	case errors.Is(err, fs.ErrPermission) && d.running != nil: // it is the daemon's, and the daemon tells when it cannot write
		d.findings = append(d.findings, finding{"state folder", "note", d.cfg.State + " is the daemon's, which runs; this user may not write there, and need not"})
		return
	case err != nil:
		err = fmt.Errorf("%w; give this user the folder, set state to another, or look as the daemon's user: sudo -u dunlin dunlin doctor", err)
	}
	d.add("state folder", err, d.cfg.State+" can be written")
}

func (d *doctor) hub(ctx context.Context) {
	if d.cfg.Hub == nil {
		d.findings = append(d.findings, finding{"hub", "note", "none is configured: records stay on this device"})
		return
	}
	addr, err := hubAddress(d.cfg.Hub.URL)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		var conn net.Conn
		if conn, err = new(net.Dialer).DialContext(ctx, "tcp", addr); err == nil {
			err = conn.Close()
		}
	}
	if err != nil {
		err = fmt.Errorf("%w; nothing is lost meanwhile: check hub.url, the network and the hub", err)
	}
	d.add("hub", err, addr+" answers")
}

// hubAddress is host:port of an address that agent/config has checked.
func hubAddress(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("hub.url: %w", err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"mqtt": "1883", "mqtts": "8883"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

func (d *doctor) group() {
	if _, err := user.LookupGroup("dunlin"); err != nil {
		d.findings = append(d.findings, finding{"group", "note", "there is no group dunlin: only root and the daemon's user may change things; groupadd --system dunlin"})
		return
	}
	d.add("group", nil, "members of dunlin may change the running daemon")
}

// meet asks the daemon how it is; what it reads is not opened a second time.
func (d *doctor) meet(ctx context.Context) error {
	s, err := control.NewClient(d.cfg.Socket).Status(ctx)
	if err == nil {
		d.running = &s
	}
	return err
}

func (d *doctor) daemon(err error) {
	if errors.Is(err, control.ErrNotRunning) {
		d.findings = append(d.findings, finding{"daemon", "note", err.Error()})
		return
	}
	if err != nil {
		d.add("daemon", err, "")
		return
	}
	d.add("daemon", nil, "up "+age(d.running.Uptime))
	for _, text := range problems(*d.running) {
		d.findings = append(d.findings, finding{"daemon", "fault", text})
	}
}

func (d *doctor) print(output string) error {
	if output == "json" {
		return printJSON(d.app.out, d.findings)
	}
	t := newTable(d.app.out)
	for _, f := range d.findings {
		t.row(f.State, f.What, f.Text)
	}
	return t.flush()
}

// verdict is the exit code: a fault counts more than something absent.
func (d *doctor) verdict() error {
	bad := map[string]int{}
	for _, f := range d.findings {
		bad[f.State]++
	}
	switch {
	case bad["fault"] > 0:
		return withCode(exitFault, fmt.Errorf("faults: %d, absent: %d", bad["fault"], bad["absent"]))
	case bad["absent"] > 0:
		return withCode(exitAbsent, fmt.Errorf("absent: %d", bad["absent"]))
	}
	d.app.say("all is well; next: dunlin run --config FILE, or systemctl start dunlin")
	return nil
}

// findProgram looks a command up as the process driver will, and says what to do about one that it will not start.
func findProgram(name string) (fix string, err error) {
	_, err = exec.LookPath(name)
	if errors.Is(err, fs.ErrPermission) {
		return "make it executable: sudo chmod a+rx " + name, err
	}
	return "install it, or check the key command of the source", err
}
