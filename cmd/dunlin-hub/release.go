package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hub/release"
	"github.com/dunlin-iot/dunlin/models/engine"
)

func releaseCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "release", Short: "Add, sign, publish and export what a fleet may install",
		Long: `A release goes through three hands: 'add' lists a file (no key needed), 'sign' reads the list out and signs it with an
offline key, 'publish' puts it in force with the hub's online key. The folder may travel on a stick between them.`,
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	for _, sub := range []*cobra.Command{releaseAddCommand(), releaseDropCommand(), releaseRenewCommand(), releaseSignCommand(),
		releasePublishCommand(), releaseExportCommand(), releaseShowCommand()} {
		c.AddCommand(understood(sub))
	}
	return c
}

func releaseAddCommand() *cobra.Command {
	var repo, arch, board, delegates, bases string
	var agent bool
	var o release.Offer
	c := &cobra.Command{
		Use: "add FILE", Short: "List a bundle, or an agent binary with --agent", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Demands.Arch, o.Demands.Boards = release.SplitWords(arch), release.SplitWords(board)
			o.Demands.Delegates, o.Bases = release.SplitWords(delegates), release.SplitWords(bases)
			if agent && (o.Version == "" || len(o.Demands.Arch) != 1) {
				return &usageError{"release add --agent needs --version and one --arch"}
			}
			if !agent && o.Version != "" {
				return &usageError{"a bundle says its version itself: --version goes with --agent"}
			}
			return addRelease(c, repo, args[0], agent, o)
		},
	}
	repoFlag(c, &repo)
	f := c.Flags()
	f.BoolVar(&agent, "agent", false, "the file is a binary of the agent")
	f.StringVar(&o.Version, "version", "", "version of the agent")
	f.Int64Var(&o.Number, "number", 0, "release number; by default the version of a bundle, and for an agent one more than the highest")
	f.Int64Var(&o.Floor, "floor", 0, "lowest release `number` that stays allowed: revokes what is below, allows the way back to it")
	f.StringVar(&arch, "arch", "", "only these architectures, `words` as amd64,arm64,arm")
	f.StringVar(&board, "board", "", "only boards of these `patterns`, as \"raspberry-pi-4-*,raspberry-pi-5-*\"")
	f.StringVar(&delegates, "delegates", "", "only with one of these delegates, `words` as edgetpu,teflon")
	f.StringVar(&bases, "bases", "", "SHA-256 `digests` of files that a delta exists for")
	f.Int64Var(&o.Demands.RAM, "ram", 0, "only with so many `MiB` of memory")
	f.BoolVar(&o.Own, "own-names", false, "boards and delegates may have names that are not known here: a board of your own, a plug-in of your own")
	liftFlag(c, &o.Lift)
	f.StringVar(&o.Demands.AgentMin, "agent-min", "", "first `version` of the agent that can use it")
	f.StringVar(&o.Demands.AgentMax, "agent-max", "", "last `version` of the agent that can use it")
	return c
}

func addRelease(c *cobra.Command, repo, file string, agent bool, o release.Offer) (err error) {
	r, err := release.Open(repo, release.Config{Known: release.Names{Boards: board.Names(), Delegates: engine.DelegateNames()}})
	if err != nil {
		return err
	}
	if agent {
		o.Role, o.Name = release.Firmware, "dunlin"
	} else {
		o.Role = release.Models
		if o.Name, o.Version, err = release.ReadBundle(file); err != nil {
			return err
		}
		if o.Number == 0 { // the version of a bundle is its release number
			if o.Number, err = strconv.ParseInt(o.Version, 10, 64); err != nil {
				return err
			}
		}
	}
	rel, err := r.Add(file, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "staged: %s\nnext: dunlin-hub release sign --repo %s --key FILE\n", release.ReleaseWords(rel), repo)
	return err
}

// liftFlag adds --lift. A revocation is lifted by whoever stages and by whoever signs, each on purpose.
func liftFlag(c *cobra.Command, lift *bool) {
	c.Flags().BoolVar(lift, "lift", false, "lift a revocation: allow again what an earlier floor revoked")
}

func releaseDropCommand() *cobra.Command {
	var repo string
	var lift bool
	c := &cobra.Command{
		Use: "drop PATH", Short: "Stop offering a release; devices that have it keep it", Args: cobra.ExactArgs(1),
		Long: `Stages a list without the release. Its floor goes with it: where that would lift a revocation, list another release with
the same floor first ('release add --floor'), or say --lift.`,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := release.Open(repo, release.Config{})
			if err != nil {
				return err
			}
			if err := r.Drop(args[0], lift); err != nil {
				return err
			}
			return printStaged(c.OutOrStdout(), r, r.Staged())
		},
	}
	liftFlag(c, &lift)
	repoFlag(c, &repo)
	return c
}

func releaseRenewCommand() *cobra.Command {
	var repo string
	c := &cobra.Command{
		Use: "renew ROLE", Short: "Stage a role as it is, with a new date: before it expires", Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: keyOrder[:4],
		RunE: func(c *cobra.Command, args []string) error {
			r, err := release.Open(repo, release.Config{})
			if err != nil {
				return err
			}
			if err := r.Renew(args[0]); err != nil {
				return err
			}
			return printStaged(c.OutOrStdout(), r, args)
		},
	}
	repoFlag(c, &repo)
	return c
}

func releaseShowCommand() *cobra.Command {
	var repo string
	c := &cobra.Command{
		Use: "show", Short: "Print what is offered, what is staged, and whose keys sign", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r, err := release.Open(repo, release.Config{})
			if err != nil {
				return err
			}
			return showReleases(c, r)
		},
	}
	repoFlag(c, &repo)
	return c
}

func showReleases(c *cobra.Command, r *release.Repository) error {
	w := c.OutOrStdout()
	offered, err := r.Offered()
	if err != nil {
		return err
	}
	for _, rel := range offered {
		fmt.Fprintln(w, release.ReleaseWords(rel))
	}
	if len(offered) == 0 {
		fmt.Fprintln(w, "nothing is offered")
	}
	for _, role := range keyOrder {
		ids, threshold, err := r.KeyIDs(role)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s: %d of %s\n", role, threshold, shortIDs(ids))
	}
	return printStaged(w, r, r.Staged())
}

func shortIDs(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, id[:min(16, len(id))])
	}
	return strings.Join(out, ", ")
}
