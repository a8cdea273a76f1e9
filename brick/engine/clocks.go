package engine

import (
	"fmt"
	"iter"
	"time"

	"users-brick/brick"
	"users-brick/brick/grace"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
)

// clocks know since when people are missing from the file. Nil clocks mean
// that nobody waits: who is to be deleted is deleted at once.
type clocks struct {
	state *grace.State
	lasts time.Duration
	now   time.Time
}

// clocks opens what is remembered of who is missing. What cannot be read is
// told and forgotten: then every clock begins anew, and nobody is deleted
// early.
func (j *Job) clocks() *clocks {
	p := j.Params
	if p.RemovalGrace == 0 || !p.RemoveUsersFromProject || p.DoNotTouchUsersThatAreNotMentioned {
		return nil
	}
	c := &clocks{state: &grace.State{}, lasts: p.RemovalGrace, now: j.Started}
	if j.Missing == "" {
		return c
	}
	var err error
	if c.state, err = grace.Open(j.Missing); err != nil {
		j.Emit.Send(brick.Noticed{Finding: brick.Finding{
			Source: j.Missing, Warning: true, Text: err.Error() + "; whoever is missing is counted as missing from now on",
			Hint: "nobody is deleted before removal_grace has passed again",
		}})
	}
	if ahead := c.state.Latest.Sub(c.now); ahead > mostAhead {
		j.Emit.Send(brick.Noticed{Finding: brick.Finding{
			Source: j.Missing, Warning: true,
			Text: fmt.Sprintf("it is %s, and an earlier run took place at %s; who is missing from now on is counted as missing since then", plan.Days(c.now), plan.Days(c.state.Latest)),
			Hint: "set the clock; when it was the earlier one that was wrong, delete the file, and everybody is counted as missing from the next run on",
		}})
	}
	return c
}

// mostAhead is how far the clock of an earlier run may be ahead before it is
// told: those of several machines are never the same.
const mostAhead = time.Hour

// buffer returns where it is noted who is missing, nil where nobody waits.
func (c *clocks) buffer(tmpDir string) *spool.Buffer {
	if c == nil {
		return nil
	}
	return spool.NewBuffer(bufferMemory, tmpDir)
}

func (c *clocks) close() {
	if c != nil {
		c.state.Close()
	}
}

// of returns the rules of grace for a target, and what follows them through
// the remembered people of its scope; nil where nobody waits.
func (c *clocks) of(t *target) (*plan.Grace, *remembered) {
	if c == nil || t.scope.Level != brick.ProjectLevel || t.step.Policy != brick.Mirror {
		return nil, nil
	}
	r := c.remembered(t.scope)
	start := c.now
	if c.state.Latest.After(start) {
		start = c.state.Latest
	}
	return &plan.Grace{For: c.lasts, Now: c.now, Start: start, Since: r.since}, r
}

// remembered follows the people of a scope in the order of logins.
type remembered struct {
	next func() (grace.Entry, error, bool)
	stop func()
	at   grace.Entry
	has  bool
	err  error
}

func (c *clocks) remembered(scope brick.Scope) *remembered {
	r := &remembered{}
	r.next, r.stop = iter.Pull2(c.state.Of(scope))
	r.advance()
	return r
}

func (r *remembered) advance() { r.at, r.err, r.has = r.next() }

// since returns since when somebody is missing, and false when that is not
// known. Logins must be asked for in their order.
func (r *remembered) since(login brick.Login) (time.Time, bool) {
	for r.has && r.err == nil && r.at.Login < login {
		r.advance()
	}
	known := r.has && r.err == nil && r.at.Login == login
	return r.at.Since, known
}

// broken says what broke the walk off. Nil has not begun.
func (r *remembered) broken() error {
	if r == nil {
		return nil
	}
	return r.err
}

// close ends the walk.
func (r *remembered) close() {
	if r != nil {
		r.stop()
	}
}

// waits writes down that somebody is missing, for when the plan is applied.
func (s *section) waits(d *plan.Decision) error {
	if s.missing == nil || d.Missing == (plan.Missing{}) {
		return nil
	}
	if d.Waits() {
		s.summary.Wait(d.Missing.Until.UTC())
	}
	l := grace.Line{Login: d.Login, Since: d.Missing.Since.UTC()}
	if d.Verdict == plan.Changed {
		l.Change, l.Gone = s.summary.Counts.Changes(), d.Change.Action == brick.Remove
	}
	line, err := grace.EncodeLine(&l)
	if err == nil {
		_, err = s.missing.Write(line)
	}
	return err
}

// addMissing writes who is missing from a scope behind the scopes before.
func (f *files) addMissing(s *section) error {
	if s.missing == nil || f.missing == nil || s.summary.Failure != nil {
		return nil
	}
	line, err := grace.EncodeLine(&grace.Line{Scope: &s.summary.Scope})
	if err == nil {
		_, err = f.missing.Write(line)
	}
	if err == nil {
		_, err = s.missing.WriteTo(f.missing)
	}
	return err
}

// writeMissing leaves beside the plan who is missing, and nothing of an earlier
// plan where nobody waits.
func (f *files) writeMissing() error {
	if f.missing == nil {
		return plan.WriteMissing(f.dir, nil)
	}
	return plan.WriteMissing(f.dir, f.missing)
}

// newMissing returns where the people of a section are noted who are missing,
// nil where nobody waits.
func (p *planning) newMissing(t *target) *spool.Buffer {
	if p.clocks == nil || t.scope.Level != brick.ProjectLevel || t.step.Policy != brick.Mirror {
		return nil
	}
	return spool.NewBuffer(p.cutoff, p.job.TmpDir)
}
