package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"users-brick/brick"
)

// objections yields what the guard has against the plan: first scope by
// scope, then over the whole run.
func (r *Report) objections() iter.Seq2[brick.Objection, error] {
	return func(yield func(brick.Objection, error) bool) {
		if r.Plan == nil {
			return
		}
		for s, err := range r.Plan.Summaries() {
			if err != nil {
				yield(brick.Objection{}, err)
				return
			}
			for _, o := range r.commanded(s.Objections) {
				if !yield(o, nil) {
					return
				}
			}
		}
		for _, o := range r.commanded(r.Plan.End.Objections) {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// textGuard lists what the guard has against the plan.
func (r *Report) textGuard(w io.Writer) error {
	shown := 0
	for o, err := range r.objections() {
		if err != nil {
			return err
		}
		if shown++; shown <= shownScopes {
			r.textObjection(w, &o)
		}
	}
	if untold := shown - shownScopes; untold > 0 {
		fmt.Fprintf(w, "and %s\n", more(int64(untold), "objection"))
	}
	if shown > 0 && r.Next != "" {
		fmt.Fprintf(w, "\nto go on when all of it is meant:\n  %s\n", r.Next)
	}
	return nil
}

// commanded returns objections with the command that goes on.
func (r *Report) commanded(objections []brick.Objection) []brick.Objection {
	told := slices.Clone(objections)
	for i := range told {
		told[i].Command = r.Next
	}
	return told
}

func (r *Report) textObjection(w io.Writer, o *brick.Objection) {
	fmt.Fprintf(w, "\nguard: %s: %s\n", r.verdict(o), o.Text)
	if who := concerned(o); who != "" {
		fmt.Fprintf(w, "  %s\n", who)
	}
	if o.Hint != "" && !r.Plan.Accepted {
		fmt.Fprintf(w, "  hint: %s\n", o.Hint)
	}
}

// verdict says what an objection led to.
func (r *Report) verdict(o *brick.Objection) string {
	switch {
	case r.Plan.End.HoldTakes && o.Removals:
		return "removals held"
	case r.Plan.Accepted:
		return "accepted"
	}
	return "refused"
}

// concerned names whom an objection is about, the first of them when there are
// many.
func concerned(o *brick.Objection) string {
	if len(o.First) == 0 {
		return ""
	}
	who := strings.Join(namesOf(o), ", ")
	if o.More > 0 {
		return fmt.Sprintf("the first of them: %s; and %d more", who, o.More)
	}
	return "they are: " + who
}

// namesOf returns the people whom an objection names. Of the whole run it says
// where each is concerned, since somebody may be so in several scopes.
func namesOf(o *brick.Objection) []string {
	names := make([]string, len(o.First))
	for i, login := range o.First {
		names[i] = string(login)
		if i < len(o.Where) {
			names[i] += " in " + o.Where[i].String()
		}
	}
	return names
}

// textNotes tells whom the whitelists matched, and the warnings.
func (r *Report) textNotes(w io.Writer) {
	if r.Plan != nil && len(r.Plan.End.Whitelist) > 0 {
		fmt.Fprintln(w)
		for _, m := range r.Plan.End.Whitelist {
			fmt.Fprintf(w, "whitelist %s: %s", m.Entry, brick.Number(m.Users, "user"))
			switch {
			case m.Users == 0:
				fmt.Fprint(w, "; warning: it matched nobody")
			case m.InFile > 0:
				fmt.Fprintf(w, "; warning: the file names %d of them, in vain", m.InFile)
			}
			fmt.Fprintln(w)
		}
	}
	for i, f := range r.Warnings {
		if i == shownPeople {
			break
		}
		fmt.Fprintln(w, f)
	}
	if untold := len(r.Warnings) + r.Unshown - shownPeople; untold > 0 {
		fmt.Fprintf(w, "and %s\n", more(int64(untold), "warning"))
	}
}

// textEnding writes the last line: how the run ended.
func (r *Report) textEnding(w io.Writer) {
	fmt.Fprintf(w, "\n%s: %s", r.Outcome, r.ended())
	fmt.Fprintf(w, " (exit %d, %s)\n", r.ExitCode, rounded(r.Duration))
	if r.Err != nil && r.Outcome != Interrupted {
		if _, rest, found := strings.Cut(r.reason(), "\n"); found {
			fmt.Fprintln(w, rest)
		}
	}
	if hint := r.hint(); hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", hint)
	}
}

// hint says what to do about a run that ended early, "" when nobody knows. Of
// several errors each has its hint in its own text.
func (r *Report) hint() string {
	if e, ok := r.Err.(*brick.Error); ok && r.Outcome != Interrupted {
		return e.Hint
	}
	return ""
}

// reason says why the run ended early, without the hint.
func (r *Report) reason() string {
	e, ok := r.Err.(*brick.Error)
	if !ok {
		return r.Err.Error()
	}
	bare := *e
	bare.Hint = ""
	return bare.Error()
}

func (r *Report) ended() string {
	planned := r.Total.Planned.Changes()
	switch r.Outcome {
	case Converged:
		return brick.Number(r.Total.Changes(), "change") + " done"
	case NothingToDo:
		if r.Already {
			return "everything is as the plan wants it"
		}
		if r.Undoes != "" {
			return "there is nothing to undo"
		}
		if !r.Shard.Whole() && r.Total.Scopes == 0 {
			return r.Shard.String() + " has nothing to do, since every scope belongs to another"
		}
		return "everything is as the file says"
	case Pending:
		return brick.Number(planned, "change") + " to do"
	case Partial:
		return r.endedPartly()
	case Interrupted:
		return fmt.Sprintf("stopped; %s done%s, %d not tried; run it again to go on", brick.Number(r.Total.Changes(), "change"), r.perhaps(), r.Total.Untried)
	}
	if r.Err != nil {
		first, _, _ := strings.Cut(r.reason(), "\n")
		return strings.TrimSuffix(first, ":") + "; " + r.written()
	}
	return fmt.Sprintf("%s; %s", r.Plan.End.Refusal.Text, r.written())
}

func (r *Report) endedPartly() string {
	text := brick.Number(r.Total.Changes(), "change") + " done"
	if r.Done == nil {
		text = brick.Number(r.Total.Planned.Changes(), "change") + " to do"
	}
	for _, c := range []counter{
		{r.Total.Held, "held"}, {r.Total.Failed, "failed"}, {r.Total.Unknown, "perhaps done"}, {r.Total.Untried, "not tried"},
	} {
		if c.n > 0 {
			text += fmt.Sprintf(", %d %s", c.n, c.word)
		}
	}
	if bad := r.badRows(); bad > 0 {
		text += ", " + brick.Number(bad, "bad row")
	}
	if r.Total.Unplanned > 0 {
		text += ", " + brick.Number(r.Total.Unplanned, "scope") + " not planned"
	}
	if r.Err != nil {
		text += "; " + r.reason()
	}
	return text
}

// written says whether the platform was changed.
func (r *Report) written() string {
	switch n := r.Total.Changes(); {
	case n > 0:
		return brick.Number(n, "change") + " done before" + r.perhaps()
	case r.Total.Unknown > 0:
		return brick.Number(r.Total.Unknown, "change") + " perhaps done before"
	}
	return "nothing was written"
}

// perhaps tells of changes of which nobody knows whether they took place.
func (r *Report) perhaps() string {
	if r.Total.Unknown == 0 {
		return ""
	}
	return fmt.Sprintf(", %d perhaps done", r.Total.Unknown)
}
