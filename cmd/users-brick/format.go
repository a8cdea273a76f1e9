package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is a flag with few values.
type choice struct {
	value   *string
	choices []string
}

// formatFlag gives a command the flag --format; the first choice is the
// default.
func formatFlag(cmd *cobra.Command, value *string, choices ...string) {
	*value = choices[0]
	cmd.Flags().Var(&choice{value, choices}, "format", "how results are printed: "+strings.Join(choices, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(completions(choices), cobra.ShellCompDirectiveNoFileComp))
}

func completions(choices []string) []cobra.Completion { return choices }

// String returns the value.
func (c *choice) String() string { return *c.value }

// Type names the kind of value in the help.
func (c *choice) Type() string { return "format" }

// Set takes one of the choices.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.choices, text) {
		return fmt.Errorf("choose one of %s", strings.Join(c.choices, ", "))
	}
	*c.value = text
	return nil
}
