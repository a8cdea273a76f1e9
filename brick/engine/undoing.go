package engine

import (
	"context"
	"iter"
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
)

// Past is a run that is to be undone: its plan and what became of it.
type Past struct {
	Run     string // its id, for people
	Plan    *plan.Plan
	Outcome *plan.Outcome
}

// Undo makes the plan that takes back what a run did, as far as the platform
// still holds what the run left. It reads only the scopes in which something
// may have been done. The plan is one like any other: the whitelists spare,
// the guard judges it, [Job.Apply] does it. Nothing is written to the platform.
//
// The errors are those of [Job.Plan]. What nothing can take back is held, with
// the reason; a run that did nothing has a plan without any scope.
//
// On_guard hold_removals does not count here: who was disabled before he was
// removed is added again and then disabled, and to hold the second back would
// give him access.
func (j *Job) Undo(ctx context.Context, look Looker, past Past) (*plan.Plan, error) {
	made, err := j.undo(ctx, look, past)
	if err != nil && ctx.Err() != nil && brick.KindOf(err) == brick.Failed {
		err = stopped(ctx)
	}
	return made, err
}

func (j *Job) undo(ctx context.Context, look Looker, past Past) (*plan.Plan, error) {
	part := &partition{
		input: plan.Input{Name: "run " + past.Run}, hasGroups: true,
		notes: spool.NewBuffer(bufferMemory, j.TmpDir),
	}
	defer part.notes.Close()
	view, err := look(ctx)
	if err != nil {
		return nil, err
	}
	p, err := j.planning(ctx, view, part)
	if err != nil {
		return nil, err
	}
	p.undoing = &undoing{
		planning: p, past: past, sections: map[brick.Scope]plan.Section{},
		keepers: keepers{runs: map[brick.Login]brick.Scope{}},
	}
	acted, err := p.undoing.targets()
	if err == nil {
		err = p.undoing.findKeepers(ctx, acted)
	}
	if err != nil {
		return nil, err
	}
	return p.write(ctx, &targets{listed: acted})
}

// undoing is the planning of what takes a run back.
type undoing struct {
	*planning
	past     Past
	sections map[brick.Scope]plan.Section // of the past plan: those in which the run may have done something
	keepers  keepers
}

// run returns the id of the run that is undone, "" when none is.
func (u *undoing) run() string {
	if u == nil {
		return ""
	}
	return u.past.Run
}

// deed says what the run did of a change. When only the password was refused
// the rest of it was done.
func (u *undoing) deed(seq int64) plan.Deed {
	switch u.past.Outcome.Of(seq) {
	case plan.Done:
		return plan.WasDone
	case plan.Unknown:
		return plan.MayBe
	case plan.Failed:
		if brick.KindOf(u.past.Outcome.Err(seq)) == brick.BadPassword {
			return plan.WasDone
		}
		return plan.InPart
	}
	return plan.NotDone
}

// acted reports whether the run may have done something of a change.
func (u *undoing) acted(seq int64) bool { return u.deed(seq) != plan.NotDone }

// targets are the scopes in which the run may have done something.
func (u *undoing) targets() ([]target, error) {
	var targets []target
	for s, err := range u.past.Plan.Sections() {
		if err != nil {
			return nil, err
		}
		for seq := s.First; seq < s.First+s.N; seq++ {
			if u.acted(seq) {
				u.sections[s.Scope] = s
				targets = append(targets, target{scope: s.Scope})
				break
			}
		}
	}
	return targets, nil
}

// deeds yields what the run did in a section, in the order of logins. A
// password that was refused was not set.
func (u *undoing) deeds(s plan.Section) iter.Seq2[plan.Past, error] {
	return func(yield func(plan.Past, error) bool) {
		for c, err := range s.Pick(u.acted) {
			if u.past.Outcome.Of(c.Seq) == plan.Failed {
				c.SetPassword = false
			}
			if !yield(plan.Past{Change: c, Deed: u.deed(c.Seq)}, err) || err != nil {
				return
			}
		}
	}
}

// admins returns who runs a project; nobody runs an organization.
func (u *undoing) admins(ctx context.Context, scope brick.Scope) (plan.Admins, error) {
	if scope.Level != brick.ProjectLevel {
		return nil, nil
	}
	roles, err := u.view.Roles(ctx, scope)
	return plan.NewAdmins(roles), err
}

// groups returns the groups of a project, nil for an organization.
func (u *undoing) groups(ctx context.Context, scope brick.Scope) ([]string, error) {
	if scope.Level != brick.ProjectLevel {
		return nil, nil
	}
	return u.view.Groups(ctx, scope)
}

// reversed counts a reversal and writes it down. What nothing can take back
// counts as held.
func (s *section) reversed(r *plan.Reversal) error {
	if err := s.before(r); err != nil {
		return err
	}
	named := len(s.summary.FirstOut)
	err := s.decided(&r.Decision)
	if bounces(r) {
		s.passing++
		s.summary.FirstOut = s.summary.FirstOut[:named]
	}
	if err != nil || r.Lost == "" {
		return err
	}
	s.summary.Counts.Held++
	return s.note(plan.Note{What: plan.HeldOne, Login: r.Login, Text: "cannot be undone: " + r.Lost})
}

// before writes down what comes before the last change of a reversal.
func (s *section) before(r *plan.Reversal) error {
	for i := range len(r.Changes) - 1 {
		first := r.Decision
		first.Change = r.Changes[i]
		if err := s.change(&first); err != nil {
			return err
		}
	}
	return nil
}

// bounces reports whether somebody is disabled right after he is added.
func bounces(r *plan.Reversal) bool { return len(r.Changes) > 1 && r.Before == 0 }

// judged is what the guard is told: who is disabled right after he was added
// loses nothing.
func (s *section) judged() *brick.Summary {
	told := s.summary
	told.Counts.Disabled -= s.passing
	return &told
}

// noteLeftovers says what of a scope is not as it was before, beside people.
func (s *section) noteLeftovers(before *brick.Summary, groups []string, known bool) error {
	there := plan.NewGroups(groups)
	var stay []string
	for _, name := range before.CreateGroups {
		if there.Has(name) {
			stay = append(stay, name)
		}
	}
	if stay != nil {
		text := "the groups that the run made stay, since no platform can delete groups: " + strings.Join(stay, ", ")
		if err := s.note(plan.Note{What: plan.Warning, Text: text}); err != nil {
			return err
		}
	}
	if s.summary.Scope.Level == brick.ProjectLevel && before.Counts.Removed > 0 && !known && len(groups) > 0 {
		text := "the file of the run had no groups, so that the run may not have known those of the members it removed; they come back in the groups that it knew"
		return s.note(plan.Note{What: plan.Warning, Text: text})
	}
	return nil
}
