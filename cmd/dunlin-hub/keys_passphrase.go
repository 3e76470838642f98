package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// leastPassphrase is the shortest passphrase that a new key takes: the file may be copied, and then guessed at leisure.
const leastPassphrase = 12

// passphraseFlag is where the passphrase of a key file comes from: a file, or the terminal.
type passphraseFlag struct{ file string }

func (p *passphraseFlag) add(c *cobra.Command) {
	c.Flags().StringVar(&p.file, "passphrase-file", "", "`file` whose first line is the passphrase; without it the terminal is asked")
}

// get is the passphrase of a key that exists.
func (p *passphraseFlag) get() (string, error) { return p.read("Passphrase: ") }

// new is the passphrase for a new key; the terminal is asked twice.
func (p *passphraseFlag) new() (string, error) {
	text, err := p.read("New passphrase: ")
	if err != nil {
		return "", err
	}
	if len(text) < leastPassphrase {
		return "", withCode(exitUsage, fmt.Errorf("a passphrase needs at least %d characters: four or five random words are good", leastPassphrase))
	}
	if p.file != "" {
		return text, nil
	}
	again, err := p.read("Again: ")
	if err == nil && again != text {
		err = withCode(exitUsage, errors.New("the two passphrases differ"))
	}
	return text, err
}

func (p *passphraseFlag) read(prompt string) (string, error) {
	if p.file != "" {
		data, err := os.ReadFile(p.file)
		if err != nil {
			return "", fmt.Errorf("read passphrase: %w", err)
		}
		line, _, _ := strings.Cut(string(data), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", withCode(exitUsage, errors.New("read passphrase: there is no terminal to ask; use --passphrase-file"))
	}
	fmt.Fprint(os.Stderr, prompt)
	data, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	return string(data), err
}
