package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand writes the manual pages; packages are built with it.
func (a *app) manCommand() *cobra.Command {
	c := a.command(&cobra.Command{Use: "man FOLDER", Short: "Write the manual pages into a folder", Hidden: true, Args: cobra.ExactArgs(1)})
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := os.MkdirAll(args[0], 0o755); err != nil {
			return err
		}
		return writePages(c.Root(), args[0])
	}
	return c
}

// writePages writes the page of a command and of every command below it.
func writePages(c *cobra.Command, dir string) error {
	if c.Hidden || c.Name() == "help" {
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, pageName(c)+".1"), []byte(page(c)), 0o644); err != nil {
		return fmt.Errorf("write manual page: %w", err)
	}
	for _, sub := range c.Commands() {
		if err := writePages(sub, dir); err != nil {
			return err
		}
	}
	return nil
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// page is one manual page in roff, by the rules of man(7).
func page(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"Dunlin %s\" \"Dunlin manual\"\n", strings.ToUpper(roff(pageName(c))), version)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(lowerFirst(c.Short)))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	if c.Long != "" {
		b.WriteString(".SH DESCRIPTION\n")
		for _, line := range strings.Split(strings.TrimSpace(c.Long), "\n") {
			if line == "" {
				b.WriteString(".PP\n")
				continue
			}
			b.WriteString(roff(strings.TrimSpace(line)) + "\n")
		}
	}
	subcommands(&b, c)
	flags(&b, c)
	if !c.HasParent() {
		b.WriteString(rootPage)
	}
	related(&b, c)
	return b.String()
}

func subcommands(b *strings.Builder, c *cobra.Command) {
	if !c.HasAvailableSubCommands() {
		return
	}
	b.WriteString(".SH COMMANDS\n")
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(sub.Use), roff(sub.Short))
		}
	}
}

func flags(b *strings.Builder, c *cobra.Command) {
	if !c.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH OPTIONS\n")
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		text := "--" + f.Name
		if f.Shorthand != "" {
			text = "-" + f.Shorthand + ", " + text
		}
		if name != "" {
			text += " " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(text), roff(usage))
	})
}

// related names the pages around this one.
func related(b *strings.Builder, c *cobra.Command) {
	var names []string
	if c.HasParent() {
		names = append(names, pageName(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, pageName(sub))
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	for i, n := range names {
		names[i] = ".BR " + roff(n) + " (1)"
	}
	b.WriteString(".SH SEE ALSO\n" + strings.Join(names, ",\n") + "\n")
}

// roff keeps text from being read as commands of the formatter.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// rootPage is what belongs to the program and not to one command.
const rootPage = `.SH FILES
.TP
.I /etc/dunlin/config.yaml
The configuration; files in
.I /etc/dunlin/conf.d
are laid over it.
.TP
.I /var/lib/dunlin
State: the spool of records, models, what must survive a restart.
.TP
.I /run/dunlin/control.sock
The local API that this program talks to.
.SH ENVIRONMENT
.TP
.B DUNLIN_TFLITE
The TensorFlow Lite library, instead of the one in the known folders.
.TP
.B NO_COLOR
When set, output has no colours.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
A fault of the program or the machine.
.TP
.B 2
What was given is wrong: the command line, the configuration, the input.
.TP
.B 3
Something is not there: a sensor, a model, a library, a running agent.
.TP
.B 4
Refused: no permission, or a file that would have been overwritten.
`
