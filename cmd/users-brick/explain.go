package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/plan"
)

func (p *program) explainCommand() *cobra.Command {
	var login string
	cmd := &cobra.Command{
		Use:   "explain [PARAMS] --login LOGIN",
		Short: "Say what a run would do with one person, and why",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := brick.ParseLogin(login)
			if err != nil {
				return &brick.Error{Kind: brick.BadInput, Err: err, Hint: "name a person with --login"}
			}
			return p.explain(cmd.Context(), args, wanted)
		},
	}
	cmd.Flags().StringVar(&login, "login", "", "the person's login")
	return cmd
}

// explanation gathers what concerns one person.
type explanation struct {
	login brick.Login
	lines []int
	rows  []string // what stands in the lines

	mu        sync.Mutex
	decisions []decision
}

// decision is what a plan says of the person in one scope.
type decision struct {
	scope brick.Scope
	match string
	text  string
	why   string
}

func (p *program) explain(ctx context.Context, args []string, login brick.Login) error {
	s, err := p.load(ctx, args)
	if err != nil {
		return err
	}
	s.looking = true
	n, err := p.begin(s, "")
	if err != nil {
		return err
	}
	defer n.free()
	defer n.quit()
	x := explanation{login: login}
	n.job.Watch = x.decided
	defer n.disconnect()
	if err := n.plan(ctx, x.row); err != nil {
		return err
	}
	x.print(p, n.report.Plan)
	return nil
}

func (x *explanation) row(row *brick.Row) {
	if row.Login != x.login {
		return
	}
	text := ""
	if row.Project != "" {
		text += ", project " + row.Project
	}
	if row.Roles != nil {
		text += ", role " + or(strings.Join(row.Roles, ","), "not given")
	}
	if row.Groups != nil {
		text += ", groups " + or(strings.Join(row.Groups, ","), "none")
	}
	for f := range brick.Fields() {
		if row.Profile[f] != "" {
			text += fmt.Sprintf(", %s %s", f, row.Profile[f])
		}
	}
	if row.Bad != nil {
		text += "; bad: " + row.Bad.Reason
	}
	x.lines, x.rows = append(x.lines, row.Line), append(x.rows, text)
}

// told returns the rows with the places where they stand.
func (x *explanation) told(files brick.Files) []string {
	told := make([]string, len(x.rows))
	for i, text := range x.rows {
		told[i] = files.Line(x.lines[i]) + text
	}
	return told
}

func (x *explanation) decided(scope brick.Scope, d *plan.Decision) {
	if d.Login != x.login {
		return
	}
	e := decision{scope: scope, match: matched(scope, d.Member), text: d.Verdict.String(), why: d.Reason}
	switch d.Verdict {
	case plan.Changed:
		e.text, e.why = d.Change.Action.String(), d.Change.Why
	case plan.Kept:
		e.why = "it is already as the file says"
	case plan.Spared:
		e.why = "whitelisted, or the account of the brick"
	case plan.Held:
		if d.Withheld != 0 {
			e.text += ", not " + d.Withheld.Done()
		}
		if missing := d.Reminder(); missing != "" {
			e.why += "; " + missing
		}
	case plan.Unmentioned:
		e.why = "not in the file, and nobody is taken out for that here"
		if d.Before == brick.Disabled {
			e.why = "not in the file, and disabled already"
		}
		if d.Waits() {
			e.why = "not in the file and disabled: " + d.Reminder()
		}
	case plan.Absent:
		e.why = "to be deleted, but not there"
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.decisions = slices.DeleteFunc(x.decisions, func(earlier decision) bool { return earlier.scope == scope })
	x.decisions = append(x.decisions, e)
}

func matched(scope brick.Scope, m *brick.Member) string {
	switch {
	case m == nil && scope.Level == brick.OrganizationLevel:
		return "no account"
	case m == nil:
		return "not a member"
	case scope.Level == brick.OrganizationLevel:
		return "has an account"
	}
	return fmt.Sprintf("%s member, role %s, groups %s", m.Status, or(strings.Join(m.Roles, ","), "none"), or(strings.Join(m.Groups, ","), "none"))
}

// print writes five lines for each scope that knows the person.
func (x *explanation) print(p *program, made *plan.Plan) {
	verdict := "agrees to the whole plan"
	if r := made.End.Refusal; r != nil {
		verdict = "refuses the whole plan: " + r.Text
	}
	rows := or(strings.Join(x.told(made.Header.Input.Files), " | "), "none names "+string(x.login))
	if len(x.decisions) == 0 {
		x.decisions = []decision{{match: "nobody", text: "nothing", why: "neither the file nor a scope of this run knows the login"}}
	}
	for _, d := range x.decisions {
		fmt.Fprintf(p.stdout, "row       %s\n", rows)
		fmt.Fprintf(p.stdout, "scope     %s\n", d.scope)
		fmt.Fprintf(p.stdout, "match     %s\n", d.match)
		fmt.Fprintf(p.stdout, "decision  %s: %s\n", d.text, d.why)
		fmt.Fprintf(p.stdout, "guard     %s\n", verdict)
	}
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
