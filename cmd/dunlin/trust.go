package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// built is the date of the last commit, set by the linker: a date that has certainly passed.
var built = ""

func (a *app) trustCommand() *cobra.Command {
	return a.group("trust", "Whom this device believes, and what it may install", a.trustInitCommand(), a.trustShowCommand(), a.trustRefreshCommand())
}

// trustConfig is where a device keeps what it believes: the folder trust below its state.
func trustConfig(state string) trust.Config {
	at, err := time.Parse(time.RFC3339, built)
	if err != nil {
		at = time.Time{} // a build outside a repository has no date
	}
	return trust.Config{Dir: filepath.Join(state, "trust"), Built: at}
}

// stateFlags add --config and --state, which is taken from the configuration where it is not given.
type stateFlags struct{ config, state string }

func (a *app) stateFlags(c *cobra.Command, f *stateFlags) {
	a.configFlag(c, &f.config)
	c.Flags().StringVar(&f.state, "state", "", "`folder` of the device's state; by default what the configuration says")
}

func (f *stateFlags) trust() (trust.Config, error) {
	if f.state != "" {
		return trustConfig(f.state), nil
	}
	c, err := config.Load(f.config, config.Options{})
	if errors.Is(err, os.ErrNotExist) {
		return trust.Config{}, withCode(exitAbsent, fmt.Errorf("%w; make one with 'dunlin config init %s', or name the folder with --state", err, f.config))
	}
	if err != nil {
		return trust.Config{}, err
	}
	return trustConfig(c.State), nil
}

func (a *app) trustInitCommand() *cobra.Command {
	var f stateFlags
	var digest string
	c := a.command(&cobra.Command{
		Use: "init ROOT.json --sha256 DIGEST", Short: "Believe the owner whose root this is, by its SHA-256", Args: cobra.ExactArgs(1),
		Long: `Enrols this device with the root of an owner's keys. The SHA-256 has to come on another way than the file: on paper,
by telephone, in the order. A device never believes a root just because it came first. Run it as the daemon's user:
sudo -u dunlin dunlin trust init …`,
	})
	a.stateFlags(c, &f)
	c.Flags().StringVar(&digest, "sha256", "", "SHA-256 of ROOT.json, as 'dunlin-hub keys init' printed it")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if digest == "" {
			return withCode(exitUsage, errors.New("trust init needs --sha256: a root is believed by its digest only, never because it came first"))
		}
		cfg, err := f.trust()
		if err != nil {
			return err
		}
		if err := ours(cfg, "init"); err != nil {
			return err
		}
		root, err := os.ReadFile(args[0])
		if errors.Is(err, syscall.EISDIR) {
			return withCode(exitUsage, fmt.Errorf("%s is a folder: name the file of the first root in it, metadata/1.root.json", args[0]))
		}
		if err != nil {
			return fmt.Errorf("read root: %w", trust.Unreadable(err))
		}
		if err := trust.Init(cfg, root, digest); err != nil {
			return err
		}
		a.say("this device believes the root with SHA-256 %s; next: dunlin trust refresh --from DIR", digest)
		return nil
	}
	return c
}

func (a *app) trustRefreshCommand() *cobra.Command {
	var f stateFlags
	var from string
	c := a.command(&cobra.Command{
		Use: "refresh --from DIR", Short: "Take the newest metadata from a folder, for example a USB stick",
		Long: "Reads the metadata of a repository ('dunlin-hub release export' makes one) and believes them when every rule holds.\n" +
			"When one does not, nothing changes and the sentence says which; its code stands in brackets.",
	})
	a.stateFlags(c, &f)
	c.Flags().StringVar(&from, "from", "", "`folder` of the repository")
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if from == "" {
			return withCode(exitUsage, errors.New("trust refresh needs --from DIR, the folder of a repository"))
		}
		cfg, err := f.trust()
		if err != nil {
			return err
		}
		if err := ours(cfg, "refresh"); err != nil {
			return err
		}
		unlock, err := lockTrust(c.Context(), cfg.Dir) // against the daemon, which notes what it has taken
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
		store, err := trust.Open(cfg)
		if err != nil {
			return err
		}
		report, err := store.Refresh(c.Context(), trust.Folder(from))
		if err != nil {
			if code := trust.CodeOf(err); code != "" {
				return fmt.Errorf("%w [%s]", err, code)
			}
			return err
		}
		what := "nothing is new"
		if report.Changed {
			what = "the metadata are new"
		}
		a.say("%s: root %d, %d releases are offered", what, store.RootVersion(), len(store.Status().Releases))
		return nil
	}
	return c
}

func (a *app) trustShowCommand() *cobra.Command {
	var f stateFlags
	var output string
	c := a.command(&cobra.Command{Use: "show", Short: "Print whom this device believes, until when, and what is offered to it"})
	a.stateFlags(c, &f)
	outputFlag(c, &output, "table", "table", "json")
	c.RunE = func(*cobra.Command, []string) error {
		cfg, err := f.trust()
		if err != nil {
			return err
		}
		store, err := trust.Open(cfg)
		if err != nil {
			return err
		}
		if output == "json" {
			return printJSON(a.out, store.Status())
		}
		return a.showTrust(store)
	}
	return c
}

func (a *app) showTrust(store *trust.Store) error {
	st := store.Status()
	fmt.Fprintf(a.out, "root %s, the date is at least %s\n\n", st.RootSHA256, st.Now.Format(time.DateOnly))
	t := newTable(a.out, "ROLE", "VERSION", "EXPIRES", "STATE")
	for _, r := range st.Roles {
		state := "valid"
		if r.Expired {
			state = "expired"
		}
		t.row(r.Role, strconv.FormatInt(r.Version, 10), r.Expires.Format(time.DateOnly), state)
	}
	if err := t.flush(); err != nil {
		return err
	}
	if len(st.Releases) > 0 {
		fmt.Fprintln(a.out)
		t = newTable(a.out, "RELEASE", "NUMBER", "FLOOR", "SIZE", "HERE")
		for _, r := range st.Releases {
			t.row(r.Path, strconv.FormatInt(r.Number, 10), strconv.FormatInt(r.Floor, 10), strconv.FormatInt(r.Length, 10), verdict(store, r.Path))
		}
		if err := t.flush(); err != nil {
			return err
		}
	}
	if st.Refusal != nil {
		a.say("%s [%s]", st.Refusal.Sentence, st.Refusal.Code)
	}
	return nil
}

// verdict is the code of why this machine would not take a release. Delegates are known only once a model is loaded, so
// what a release asks of them is left open here.
func verdict(store *trust.Store, path string) string {
	facts := deviceFacts(nil)
	rel, refusal := store.Decide(path, facts)
	if refusal != nil && refusal.Code == trust.NoDelegate {
		facts.Delegates = rel.Demands.Delegates
		_, refusal = store.Decide(path, facts)
	}
	if refusal != nil {
		return string(refusal.Code)
	}
	return "yes"
}
