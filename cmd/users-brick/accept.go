package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// acceptFlag adds the flag by which somebody says that he has seen what the
// guard has against a plan.
func acceptFlag(cmd *cobra.Command, digest *string) {
	cmd.Flags().StringVar(digest, "accept", "", "do a plan that the guard refused: the plan's digest, or its first 12 digits (the refusal names it)")
}

// openPlan opens a plan and lifts the guard's refusal where its digest is
// given.
func openPlan(dir, accept string) (*plan.Plan, error) {
	made, err := plan.Open(dir)
	if err != nil || accept == "" {
		return made, err
	}
	if err := made.Accept(accept); err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// warnOfPasswords says so when an accepted plan is done without the passwords
// that the file gives.
func (n *session) warnOfPasswords() error {
	if !n.report.Plan.Accepted {
		return nil
	}
	forgotten, err := n.report.Plan.ForgotPasswords()
	if forgotten {
		n.warn(brick.Finding{
			Source: n.job.Dir, Warning: true, Text: "the passwords that the file gives were not kept with the refused plan: new accounts get generated ones, existing ones keep theirs",
			Hint: "a plan made with `plan --out` keeps them until it is applied",
		})
	}
	return err
}

// leaveHeld leaves what the guard held back as a plan of its own beside the
// plan, when that stays.
func (n *session) leaveHeld(out *plan.Outcome) error {
	if n.passing || out.Count(plan.HeldBack) == 0 {
		return nil
	}
	dir := filepath.Join(n.job.Dir, plan.HeldFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep what the guard held: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, paramsFile), n.params.Redacted(), 0o600); err != nil {
		return fmt.Errorf("keep what the guard held: %w", err)
	}
	held, err := n.report.Plan.LeaveHeld(dir, out)
	if err != nil {
		return err
	}
	n.held = held.Header.Digest
	return held.Close()
}

// next returns the command that does what the guard objected to, for whoever
// means it, "" when it objected to nothing that can be accepted.
func (n *session) next() string {
	made := n.report.Plan
	if made == nil {
		return ""
	}
	switch refusal := made.End.Refusal; {
	case refusal != nil && refusal.Kind == brick.Refused && n.passing:
		return n.planning()
	case refusal != nil && refusal.Kind == brick.Refused:
		return n.accepting(n.job.Dir, made.Header.Digest)
	case n.held != "":
		return n.accepting(filepath.Join(n.job.Dir, plan.HeldFolder), n.held)
	case refusal != nil || n.report.Total.HeldScopes == 0:
		return ""
	case n.passing:
		return n.planning()
	case n.report.PlanOnly: // what is held is left beside the plan when the rest is done
		return n.applying(n.job.Dir)
	}
	return ""
}

// planning is the command that makes the plan anew and keeps it.
func (n *session) planning() string {
	words, variables := n.anew, ""
	if words == nil {
		words, variables = []string{"users-brick", "plan"}, n.variables()
		if n.source != "" {
			words = append(words, n.source)
		}
		if n.job.MayShrink {
			words = append(words, "--allow-shrink")
		}
		words = append(words, n.program.repeated("BRICK_SHARD", "BRICK_SHARDS")...)
	}
	return variables + command(slices.Concat(words, n.repeated(), []string{"--out", "DIR"})...)
}

// applying is the command that does a plan that was kept. Params with secrets
// have to be given again, unless this session did without.
func (n *session) applying(dir string) string {
	words := append([]string{"users-brick", "apply", dir}, n.repeated()...)
	switch {
	case n.kept || !bytes.Contains(n.params.Redacted(), []byte(`"***"`)):
		return command(words...)
	case n.source == "":
		return `printf %s "$BRICK_PARAMS" | ` + n.variables() + command(append(words, "--params", "-")...)
	}
	return n.variables() + command(append(words, "--params", n.source)...)
}

// repeated are the flags without which a later command would look elsewhere for
// what is remembered and locked, or be permitted less.
func (n *session) repeated() []string {
	return n.program.repeated("BRICK_RUN_DIR", "BRICK_ALLOW_EXEC", "BRICK_ALLOW_LINK_LOCAL", "BRICK_GDC_ALLOW_HTTP")
}

func (n *session) accepting(dir, digest string) string {
	return n.applying(dir) + " --accept sha256:" + digest
}

// command returns words as a shell reads them.
func command(words ...string) string {
	for i, word := range words {
		if strings.ContainsFunc(word, special) {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// special reports whether a shell may read more into a rune than itself.
func special(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,~", r)
}

// argumentFor returns the argument that names a source of params, "" for those
// that come from the environment.
func argumentFor(source string) string {
	switch source {
	case standardInput:
		return "-"
	case "BRICK_PARAMS":
		return ""
	}
	return source
}
