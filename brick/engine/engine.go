// Package engine does a whole run: it reads the rows to the end, finds the
// scopes they belong to, compares each with the platform, lets the guard
// judge the whole plan, and applies it.
//
// It knows no input, no mode and no connector: it gets a sequence of rows, a
// mode as a value and a view of a platform, or a connection to one.
//
// Many scopes and batches are open at once, as many as the platform says are
// useful. How many requests are under way is not decided here; what the engine
// bounds is memory. What it writes and tells of scopes is in their order,
// whatever the timing.
package engine

import (
	"context"
	"iter"
	"time"

	"users-brick/brick"
	"users-brick/brick/guard"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/runs"
	"users-brick/params"
)

// Job is what a run is to do, and where it may keep its files.
type Job struct {
	RunID    string
	Program  string // name and version, for the plan
	Platform string // the platform's name, for people
	Target   string // what on the platform, for people
	Mode     brick.Mode
	Shard    brick.Shard // only its scopes are planned; the zero Shard plans all
	Params   *params.Params
	Started  time.Time

	Dir    string     // the plan's directory; it must exist
	TmpDir string     // for sorting; "" means the system's
	Memory int64      // bytes for sorting the rows, and nearly as many for comparing; 0 means the default
	Emit   brick.Emit // hears what happens; may be nil

	// Journal is told what becomes of the changes of a plan; may be nil.
	Journal Journal

	// Last is what is remembered of the file that this job last applied well;
	// nil when nothing is. A file with far fewer rows is refused, unless it is
	// known that it MayShrink.
	Last      *runs.Tally
	MayShrink bool

	// Missing is the file that remembers since when people are missing, for the
	// param removal_grace; "" when nothing is remembered, so that nobody is
	// deleted for it.
	Missing string

	// Watch sees every decision of a plan, from several goroutines, each until the
	// next one about its scope; may be nil.
	// Of several decisions about a person in a scope the last one counts.
	Watch func(brick.Scope, *plan.Decision)
}

// Source is the file as rows. Input and HasGroups are asked when Rows has
// ended well.
type Source struct {
	Rows      iter.Seq2[brick.Row, error]
	Input     func() plan.Input
	HasGroups func() bool // the file has a column of groups
	// Files tells in which files of a pattern the lines stand. It is asked
	// while rows are read, too; may be nil.
	Files func() brick.Files
}

// place says where a line stands, for people.
func (s *Source) place() func(line int) string {
	return func(line int) string {
		if s.Files == nil {
			return brick.Files(nil).Line(line)
		}
		return s.Files().Line(line)
	}
}

// Looker opens the view of the platform. It is called once, when the file has
// been read well.
type Looker func(context.Context) (*platform.View, error)

// Plan reads the file to its end, compares it with the platform and writes
// the plan. Nothing is written to the platform.
//
// When the guard or a bad row speaks against the plan, it comes back with
// End.Refusal set, so that one can look at it. An error means that there is no
// plan: the file is refused (kind BadInput), the platform refuses the brick
// (Denied), the run was stopped (Interrupted), or something broke.
func (j *Job) Plan(ctx context.Context, look Looker, src Source) (*plan.Plan, error) {
	made, err := j.plan(ctx, look, src)
	if err != nil && ctx.Err() != nil && brick.KindOf(err) == brick.Failed {
		err = stopped(ctx) // whatever it was that the end of ctx broke
	}
	return made, err
}

// stopped is the error of a run whose ctx has ended.
func stopped(ctx context.Context) error {
	return brick.Errorf(brick.Interrupted, "stopped: %w", context.Cause(ctx))
}

func (j *Job) plan(ctx context.Context, look Looker, src Source) (*plan.Plan, error) {
	part, err := j.partition(ctx, src)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	view, err := look(ctx)
	if err != nil {
		return nil, err
	}
	targets, err := j.targets(ctx, view, part)
	if err != nil {
		return nil, err
	}
	planning, err := j.planning(ctx, view, part)
	if err != nil {
		return nil, err
	}
	planning.clocks = j.clocks()
	defer planning.clocks.close()
	return planning.write(ctx, targets)
}

// Apply does what a plan says: the organization first, then all that gives,
// then all that takes. It never begins when the plan is refused. The outcome
// says what became of each change; the error, when there is one, why not all
// were tried. When ctx ends no new batch is begun.
//
// When the journal cannot be written no new batch is begun either.
func (j *Job) Apply(ctx context.Context, conn *platform.Conn, p *plan.Plan) (*plan.Outcome, error) {
	out := plan.NewOutcome(p.End.Changes)
	return out, j.Resume(ctx, conn, p, out)
}

// Resume is Apply for a plan of which an earlier run has done a part: out says
// what became of it, and is told what becomes of the rest. What holds or was
// held back is passed over; what failed, and what may have been done, is tried
// again.
func (j *Job) Resume(ctx context.Context, conn *platform.Conn, p *plan.Plan, out *plan.Outcome) error {
	if p.End.Refusal != nil {
		return brick.Errorf(p.End.Refusal.Kind, "%s", p.End.Refusal.Text)
	}
	a := j.applying(conn, p, out)
	for _, pass := range passes {
		if err := a.pass(ctx, pass); err != nil {
			return err
		}
	}
	return p.ForgetPasswords()
}

// limits are what the params allow a plan to do.
func (j *Job) limits() *guard.Limits {
	return &guard.Limits{
		Removals:    j.Params.MaxRemovals,
		RemovalsRun: j.Params.MaxRemovalsRun,
		Updates:     j.Params.MaxUpdates,
		AllowEmpty:  j.Params.AllowEmpty,
		Shard:       j.split(),
	}
}
