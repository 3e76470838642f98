package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/hub/release"
)

func releaseSignCommand() *cobra.Command {
	var repo string
	var files []string
	var yes, lift bool
	var secret passphraseFlag
	c := &cobra.Command{
		Use: "sign --key FILE", Short: "Read out what is staged and sign it with an offline key", Args: cobra.NoArgs,
		Long: `Prints in words what every staged list means, asks, and adds the signature of each key to the lists that the key may
sign. It needs no network: carry the repository to the machine that has the key, and back. A list that lifts a revocation
is signed with --lift only, and one that uses a release number for a second file not at all.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if len(files) == 0 {
				return &usageError{"release sign needs --key FILE"}
			}
			return signRelease(c, repo, files, yes, lift, &secret)
		},
	}
	repoFlag(c, &repo)
	secret.add(c)
	c.Flags().StringArrayVar(&files, "key", nil, "key `file`; may be given more than once")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask: for a machine that signs what was reviewed elsewhere")
	liftFlag(c, &lift)
	return c
}

func signRelease(c *cobra.Command, repo string, files []string, yes, lift bool, secret *passphraseFlag) error {
	r, err := release.Open(repo, release.Config{})
	if err != nil {
		return err
	}
	staged := r.Staged()
	if len(staged) == 0 {
		return withCode(exitAbsent, errors.New("sign: nothing is staged: 'dunlin-hub release add FILE' lists a release"))
	}
	w := c.OutOrStdout()
	if err := printStaged(w, r, staged); err != nil {
		return err
	}
	if err := maySign(r, staged, lift); err != nil {
		return err
	}
	if !yes && !confirm(c.InOrStdin(), w) {
		return withCode(exitRefused, errors.New("sign: not signed"))
	}
	for _, file := range files {
		k, err := release.LoadKey(file, secret.get)
		if err != nil {
			return err
		}
		if err := signWith(w, r, k, file, staged); err != nil {
			return err
		}
	}
	return nil
}

// maySign refuses what a signer can hardly want: a list that makes devices raise an alarm, and one that takes a
// revocation back without being told to.
func maySign(r *release.Repository, staged []string, lift bool) error {
	for _, role := range staged {
		reuses, err := r.Reuses(role)
		if err != nil {
			return err
		}
		if len(reuses) > 0 {
			return withCode(exitRefused, fmt.Errorf("sign %s: %s", role, reuses[0]))
		}
		lifts, err := r.Lifts(role)
		if err != nil {
			return err
		}
		if len(lifts) > 0 && !lift {
			return withCode(exitRefused, fmt.Errorf("sign %s: it %s: if that is what you want, say --lift", role, lifts[0]))
		}
	}
	return nil
}

func signWith(w io.Writer, r *release.Repository, k *release.Key, file string, staged []string) error {
	any := false
	for _, role := range staged {
		signed, err := r.Sign(k, role)
		if err != nil {
			return err
		}
		if signed {
			any = true
			state := "complete"
			if err := r.Complete(role); err != nil {
				state = "more signatures are needed"
			}
			fmt.Fprintf(w, "signed %s with %s (%s)\n", role, file, state)
		}
	}
	if !any {
		return withCode(exitRefused, fmt.Errorf("sign: %s may sign nothing of what is staged (%s)", file, strings.Join(staged, ", ")))
	}
	return nil
}

// confirm wants the whole word: a signature cannot be taken back.
func confirm(in io.Reader, w io.Writer) bool {
	fmt.Fprint(w, "Sign this? Type yes: ")
	line, err := bufio.NewReader(in).ReadString('\n')
	return (err == nil || errors.Is(err, io.EOF)) && strings.TrimSpace(line) == "yes"
}

func releasePublishCommand() *cobra.Command {
	var repo string
	var online onlineFlags
	c := &cobra.Command{
		Use: "publish", Short: "Put what is signed in force, with the hub's online key", Args: cobra.NoArgs,
		Long: `Puts every staged and fully signed list in force and signs a new snapshot and timestamp. With nothing staged it only
renews those two, which expire after 30 days: run it daily. Where a new online key takes the place of one that is still at
hand, --old-online-key lets both sign: cut at any moment, what is there serves every device.`,
		RunE: func(c *cobra.Command, _ []string) error {
			r, k, replaced, err := online.open(repo)
			if err != nil {
				return err
			}
			staged := r.Staged()
			if err := r.Publish(k, replaced...); err != nil {
				return err
			}
			what := "a new timestamp"
			if len(staged) > 0 {
				what = strings.Join(staged, ", ") + " and a new timestamp"
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "published %s in %s\n", what, repo)
			return err
		},
	}
	repoFlag(c, &repo)
	online.add(c)
	return c
}

// onlineFlags are the files of the hub's online key, and of those that it took the place of.
type onlineFlags struct {
	file string
	old  []string
}

func (f *onlineFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "online-key", "keys/online.pem", "the hub's online key `file`")
	c.Flags().StringArrayVar(&f.old, "old-online-key", nil, "`file` of the online key before, where it is at hand; may be given more than once")
}

func (f *onlineFlags) open(repo string) (r *release.Repository, online *release.Key, replaced []*release.Key, err error) {
	if r, err = release.Open(repo, release.Config{}); err != nil {
		return nil, nil, nil, err
	}
	var secret passphraseFlag
	if online, err = release.LoadKey(f.file, secret.get); err != nil {
		return nil, nil, nil, err
	}
	for _, file := range f.old {
		k, err := release.LoadKey(file, secret.get)
		if err != nil {
			return nil, nil, nil, err
		}
		replaced = append(replaced, k)
	}
	return r, online, replaced, nil
}

func releaseExportCommand() *cobra.Command {
	var repo string
	var online onlineFlags
	valid := days(180 * 24 * time.Hour)
	c := &cobra.Command{
		Use: "export DIR", Short: "Copy what is offered to a folder or stick that stays valid for long", Args: cobra.ExactArgs(1),
		Long: `Copies the repository to a folder that devices without a network refresh from ('dunlin trust refresh --from DIR'). Its
timestamp is valid for --valid: so long a stick that was lost or held back can still be used. A stick from before a new
online key can be pulled out at any moment when --old-online-key gives the one before, too.`,
		RunE: func(c *cobra.Command, args []string) error {
			r, k, replaced, err := online.open(repo)
			if err != nil {
				return err
			}
			if err := r.Export(args[0], time.Duration(valid), k, replaced...); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "exported to %s, valid for %s\n", args[0], &valid)
			return err
		},
	}
	repoFlag(c, &repo)
	online.add(c)
	c.Flags().Var(&valid, "valid", "how long the copy may be used, 1d to 365d")
	return c
}

// days is a flag of whole days.
type days time.Duration

const oneDay = days(24 * time.Hour)

func (d *days) String() string { return fmt.Sprintf("%dd", *d/oneDay) }
func (d *days) Type() string   { return "days" }
func (d *days) Set(s string) error {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || n < 1 || n > 365 || !strings.HasSuffix(s, "d") {
		return fmt.Errorf("want 1d to 365d, not %q", s)
	}
	*d = days(n) * oneDay
	return nil
}
