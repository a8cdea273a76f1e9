package engine

import (
	"context"
	"iter"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// reading looks at the scopes of a plan again, several at once.
type reading struct {
	planning
	plan   *plan.Plan
	before *plan.Outcome // of an earlier run; only for FitsAfter
}

func (j *Job) newReading(view *platform.View, p *plan.Plan) *reading {
	return &reading{planning: planning{job: j, view: view}, plan: p}
}

// seen is what came of looking at one scope.
type seen struct {
	scope brick.Scope
	moved moved
	holds bool    // everybody is as the plan wants him
	wrong []int64 // changes that are told as done and are not
	err   error   // why the scope could not be read
}

func (s *seen) held() int64 { return 0 }
func (s *seen) close()      {}

// inOrder looks at the scopes with changes and hands on what it saw in the
// order of the plan. Look says what there was to see, also when the scope
// could not be read. What concerns the whole run ends it at once.
func (r *reading) inOrder(ctx context.Context, look func(context.Context, plan.Section, *bench) *seen, each func(*seen) error) error {
	var changed []int32 // scopes that have changes
	for i := range r.plan.Scopes() {
		if r.plan.Changes(i) > 0 {
			changed = append(changed, int32(i))
		}
	}
	benches := r.job.newBenches(r.view)
	defer benches.close()
	return (&lineup[*seen]{
		pieces: len(changed), open: benches.open(), room: 1, // what is seen is small
		size: func(i int) int64 { return r.plan.Changes(int(changed[i])) },
		do: func(ctx context.Context, i int) (*seen, error) {
			section, err := r.plan.Section(int(changed[i]))
			if err != nil {
				return nil, err
			}
			b := benches.take()
			defer benches.clear(b)
			s := look(ctx, section, b)
			switch {
			case s.err != nil && ctx.Err() != nil:
				return nil, stopped(ctx)
			case fatal(s.err):
				return nil, s.err
			}
			return s, nil
		},
		each: each,
	}).run(ctx)
}

// need says what is read of a scope that a plan was made for.
func (r *reading) need(s *brick.Summary) platform.Need {
	return platform.Need{Groups: r.plan.Header.Groups, Members: s.WasEnabled + s.WasDisabled}
}

// read reads a scope with changes: what the plan says of it, and its members
// as they are now.
func (r *reading) read(ctx context.Context, section plan.Section, b *bench) (brick.Summary, *spool.Sorted, error) {
	summary := section.Summary()
	have, err := r.members(ctx, section.Scope, r.need(&summary), b)
	return summary, have, err
}

// meeting is called with a change of a plan and the person as the platform
// holds him now, nil when he is not there. First is nil, unless the change is
// the second one of the person: then it is the one before.
type meeting func(first, c *brick.Change, now *brick.Member)

// eachOf calls a function with every change of a section.
func (r *reading) eachOf(ctx context.Context, section plan.Section, b *bench, each meeting) error {
	_, have, err := r.read(ctx, section, b)
	if err != nil {
		return err
	}
	defer have.Close()
	return pair(section.Changes(), have, each)
}

// crowd counts the members of a scope, without the spared.
type crowd struct{ enabled, disabled int64 }

func (c *crowd) add(s brick.Status, n int64) {
	switch s {
	case brick.Enabled:
		c.enabled += n
	case brick.Disabled:
		c.disabled += n
	}
}

// sameCrowd does what eachOf does. Where the plan takes people out it also
// demands as many members as the guard judged by, but for changes that are
// done already; and where it may take the project from those who run it, that
// somebody else still does. It returns what is not so, "" when all is well.
func (r *reading) sameCrowd(ctx context.Context, section plan.Section, b *bench, each meeting) (string, error) {
	summary, have, err := r.read(ctx, section, b)
	if err != nil {
		return "", err
	}
	defer have.Close()
	expected := crowd{summary.WasEnabled, summary.WasDisabled}
	lowers := false
	err = pair(section.Changes(), have, func(first, c *brick.Change, now *brick.Member) {
		holds := plan.Holds(c, now)
		if first == nil && (holds || r.explained(nil, c, now)) && !plan.Fits(c, now) {
			expected.add(statusOf(c.Before), -1)
			expected.add(statusOf(now), 1)
		}
		if !holds {
			lowers = lowers || lowersSomebody(c, now)
		}
		each(first, c, now)
	})
	if err == nil && lowers && section.Scope.Level == brick.ProjectLevel {
		if alone, err := r.leaderless(ctx, section, &summary, have); alone || err != nil {
			return "the last administrators of " + section.Scope.String(), err
		}
	}
	if err != nil || summary.Counts.Removals() == 0 {
		return "", err
	}
	if now, err := r.crowd(have); now != expected || err != nil {
		return "the members of " + section.Scope.String(), err
	}
	return "", nil
}

// crowd counts sorted members.
func (r *reading) crowd(have *spool.Sorted) (crowd, error) {
	var c crowd
	for m, err := range membersOf(have) {
		if err != nil {
			return c, err
		}
		if !r.sparing.Spares(m.Login, false) {
			c.add(m.Status, 1)
		}
	}
	return c, nil
}

// explained reports whether a person who is not as a change wants him may be
// as he is for all that earlier runs are known to have done. Where the change
// is his second one, he may also be as the first one left him.
func (r *reading) explained(first, c *brick.Change, now *brick.Member) bool {
	switch {
	case first != nil && !plan.Holds(first, now):
		return r.explained(nil, first, now)
	case first != nil:
		second := *c
		second.Before = plan.Left(first)
		return r.explained(nil, &second, now)
	case r.before == nil:
		return plan.Fits(c, now)
	}
	switch r.before.Of(c.Seq) {
	case plan.Done:
		return false
	case plan.Unknown, plan.Failed:
		return plan.Partway(c, now)
	}
	return plan.Fits(c, now)
}

// statusOf returns the status of a member, zero when he is not there.
func statusOf(m *brick.Member) brick.Status {
	if m == nil {
		return 0
	}
	return m.Status
}

// pair walks the changes of a scope along its members, both in the order of
// logins.
func pair(changes iter.Seq2[brick.Change, error], have *spool.Sorted, each meeting) error {
	next, stop := iter.Pull2(membersOf(have))
	defer stop()
	m, err, ok := next()
	var last *brick.Change
	for c, broken := range changes {
		if broken != nil {
			return broken
		}
		for ok && err == nil && m.Login < c.Login() {
			m, err, ok = next()
		}
		if err != nil {
			return err
		}
		var now *brick.Member
		if ok && m.Login == c.Login() {
			now = &m
		}
		if last != nil && last.Login() != c.Login() {
			last = nil
		}
		each(last, &c, now)
		last = &c
	}
	return nil
}
