package engine

import (
	"context"
	"fmt"

	"users-brick/brick"
	"users-brick/brick/guard"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
	"users-brick/params"
)

// planning makes a plan of a partition: scopes are compared several at once,
// and written in order.
type planning struct {
	job     *Job
	view    *platform.View
	part    *partition
	sparing *plan.Sparing
	limits  *guard.Limits
	undoing *undoing // nil unless a run is undone
	names   names
	clocks  *clocks // nil: nobody waits
	room    int64   // bytes that sections may hold while they wait for their turn
	cutoff  int     // bytes of each part of a section that stay in memory
}

func (j *Job) planning(ctx context.Context, view *platform.View, part *partition) (*planning, error) {
	sparing, err := j.sparing(ctx, view)
	if err != nil {
		return nil, err
	}
	room := j.memory() / 4
	return &planning{
		job: j, view: view, part: part, sparing: sparing, limits: j.limits(),
		room: room, cutoff: sectionCutoff(room, view.Features().Concurrency),
	}, nil
}

// sparing knows whom the params leave alone, and the account of the brick.
func (j *Job) sparing(ctx context.Context, view *platform.View) (*plan.Sparing, error) {
	self, err := view.Self(ctx)
	if err != nil {
		return nil, err
	}
	return plan.NewSparing(j.Params.Whitelists, j.Params.RegexpWhitelists, self)
}

// write plans all targets and writes the plan.
func (p *planning) write(ctx context.Context, targets *targets) (*plan.Plan, error) {
	w, err := plan.Create(p.job.Dir, p.header())
	if err != nil {
		return nil, err
	}
	total, err := p.sections(ctx, targets, w)
	if err != nil {
		w.Abandon()
		return nil, err
	}
	made, err := w.Finish(p.end(total))
	if err == nil && made.End.Refusal != nil && made.End.Refusal.Kind != brick.Refused {
		err = made.ForgetPasswords() // nobody will ever send them
	}
	if err == nil {
		p.job.Emit.Send(brick.PlanMade{Scopes: made.End.Scopes, Changes: made.End.Changes, Digest: made.Header.Digest})
	}
	return made, err
}

func (p *planning) header() plan.Header {
	return plan.Header{
		Undoes: p.undoing.run(), Shard: p.job.Shard, Program: p.job.Program, RunID: p.job.RunID, Created: p.job.Started.UTC(),
		Mode: p.job.Mode.Name, Platform: p.job.Platform, Target: p.job.Target,
		Params: p.job.Params.Digest(), Input: p.part.input,
		Groups: p.part.hasGroups, Verify: p.job.Params.Verify, IgnoreFailures: p.job.Params.IgnoreFailures,
	}
}

// total is what is known when all scopes are planned.
type total struct {
	guard   guard.Total
	badRows [brick.ProjectLevel + 1]int64 // by level: rows that only comparing showed to be bad
	refused bool                          // a scope has objections that nothing but refusing answers
	objects int                           // objections to scopes
}

// sections plans the targets and adds them to the plan in order.
func (p *planning) sections(ctx context.Context, targets *targets, w *plan.Writer) (*total, error) {
	notes, err := plan.CreateNotes(p.job.Dir)
	if err != nil {
		return nil, err
	}
	f := files{
		dir: p.job.Dir, plan: w, notes: notes, missing: p.clocks.buffer(p.job.TmpDir),
		passwords: spool.NewBuffer(bufferMemory, p.job.TmpDir), lines: spool.NewBuffer(bufferMemory, p.job.TmpDir),
	}
	var sum total
	done := 0
	err = p.part.writeNotes(notes)
	if err == nil {
		err = p.inOrder(ctx, targets, func(s *section) error {
			done++
			sum.add(s)
			p.tell(s, done, targets.len())
			return f.add(s)
		})
	}
	return &sum, f.close(err)
}

// inOrder plans several targets at once and hands their sections on in the
// order of the targets.
func (p *planning) inOrder(ctx context.Context, targets *targets, each func(*section) error) error {
	benches := p.job.newBenches(p.view)
	defer benches.close()
	return (&lineup[*section]{
		pieces: targets.len(), open: benches.open(), room: p.room,
		size: targets.size,
		do: func(ctx context.Context, i int) (*section, error) {
			b := benches.take()
			defer benches.clear(b)
			t := targets.at(i)
			return p.section(ctx, &t, b)
		},
		each: each,
	}).run(ctx)
}

// foundBad returns how many rows only comparing showed to be bad. The steps of
// a mode find the same ones, unless one of them could not be planned.
func (t *total) foundBad() int64 {
	return max(t.badRows[brick.OrganizationLevel], t.badRows[brick.ProjectLevel])
}

func (t *total) add(s *section) {
	t.guard.Add(s.judged())
	t.badRows[s.summary.Scope.Level] += s.badRows
	t.objects += len(s.summary.Objections)
	for _, o := range s.summary.Objections {
		t.refused = t.refused || !o.Removals
	}
}

func (p *planning) tell(s *section, done, of int) {
	e := brick.ScopePlanned{Scope: s.summary.Scope, Changes: s.summary.Counts.Changes(), Done: done, Total: of}
	e.Members = s.summary.WasEnabled + s.summary.WasDisabled
	e.Err = s.err
	p.job.Emit.Send(e)
	hold := p.holdsTakes()
	for _, o := range s.summary.Objections {
		p.job.Emit.Send(brick.GuardSpoke{Rule: o.Rule, Text: o.Text, Scope: s.summary.Scope, Held: hold && o.Removals})
	}
}

// holdsTakes reports whether the guard holds removals back instead of refusing
// all of a plan. What undoes a run is done as a whole or not at all.
func (p *planning) holdsTakes() bool {
	return p.job.Params.OnGuard == params.HoldRemovals && p.undoing == nil
}

// end judges the plan as a whole.
func (p *planning) end(t *total) plan.End {
	e := plan.End{
		Rows: p.part.rows, BadRows: p.part.bad + t.foundBad(), OtherRows: p.part.other,
		HoldTakes: p.holdsTakes(),
		Whitelist: p.sparing.Matches(), Objections: p.limits.Run(&t.guard),
	}
	for _, o := range e.Objections {
		p.job.Emit.Send(brick.GuardSpoke{Rule: o.Rule, Text: o.Text, Held: e.HoldTakes && o.Removals})
	}
	if !p.job.Shard.Whole() {
		e.FoundBad = t.badRows[brick.ProjectLevel]
	}
	e.Refusal = p.refusal(t, &e)
	return e
}

// refusal says why nothing of the plan may be done, nil when it may.
func (p *planning) refusal(t *total, e *plan.End) *brick.Refusal {
	most := p.mostBad(e.Rows)
	objections := t.objects + len(e.Objections)
	switch {
	case p.job.Params.OnBadRow == params.RefuseBadRow && e.BadRows > 0:
		return &brick.Refusal{Kind: brick.BadInput, Text: fmt.Sprintf("%d bad rows, and on_bad_row is refuse", e.BadRows)}
	case e.BadRows > most:
		text := fmt.Sprintf("%d bad rows, at most %d are allowed (max_bad_rows); the file is taken for broken", e.BadRows, most)
		return &brick.Refusal{Kind: brick.BadInput, Text: text}
	case objections > 0 && (!e.HoldTakes || t.refused):
		text := "the guard has " + brick.Number(int64(objections), "objection")
		switch {
		case p.undoing != nil:
			text += "; undo takes limits of its own, see --help"
		case !t.refused:
			text += "; on_guard hold_removals would do all but the removals"
		}
		return &brick.Refusal{Kind: brick.Refused, Text: text}
	}
	return nil
}
