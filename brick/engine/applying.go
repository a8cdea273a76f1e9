package engine

import (
	"cmp"
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// pass is one walk over the plan.
type pass struct {
	level brick.Level
	takes bool
}

// passes are the walks in their order: the organization before the projects,
// so that whoever is added to a project has an account; all that gives before
// all that takes, so that a run that breaks off leaves too many rather than
// too few people with access.
var passes = [...]pass{
	{brick.OrganizationLevel, false},
	{brick.ProjectLevel, false},
	{brick.ProjectLevel, true},
	{brick.OrganizationLevel, true},
}

// applying does a plan.
type applying struct {
	job      *Job
	conn     *platform.Conn
	plan     *plan.Plan
	out      *plan.Outcome
	features platform.Features
	room     *semaphore.Weighted // for changes under way
	done     atomic.Int64        // changes that are settled: tried, or held back

	mu    sync.Mutex
	fatal error // why no further batch is begun
}

// mostUnderWay is how many changes of all batches are in memory at once,
// which is some tens of megabytes.
const mostUnderWay = 20_000

// largestBatch is how many changes a batch has at most, even where the platform
// would take more: so there are always others under way while one is read, and
// the platform does not wait for it.
const largestBatch = mostUnderWay / 4

func (j *Job) applying(conn *platform.Conn, p *plan.Plan, out *plan.Outcome) *applying {
	features := conn.Features()
	features.Batch = max(1, min(features.Batch, largestBatch))
	room := semaphore.NewWeighted(mostUnderWay)
	a := &applying{job: j, conn: conn, plan: p, out: out, features: features, room: room}
	a.done.Store(out.Count(plan.Done) + out.Count(plan.HeldBack))
	return a
}

// pass does the changes of one walk: several scopes at once, and several
// batches of all of them.
func (a *applying) pass(ctx context.Context, p pass) error {
	var scopes, batches errgroup.Group
	scopes.SetLimit(a.features.Concurrency)
	batches.SetLimit(a.features.Concurrency)
	for section, err := range a.plan.Sections() {
		if err != nil {
			a.end(err)
		}
		if a.stopped(ctx) != nil {
			break
		}
		if section.Scope.Level != p.level {
			continue
		}
		scopes.Go(func() error {
			err := a.section(ctx, p, section, &batches)
			if err != nil && brick.KindOf(err) != brick.Interrupted { // which may turn out to be too early to say
				a.end(err)
			}
			return err
		})
	}
	err := scopes.Wait()
	batches.Wait()
	if err == nil || brick.KindOf(err) == brick.Interrupted {
		err = a.stopped(ctx) // what was running then may have been the last
	}
	return err
}

// stopped returns why no further batch is to be begun, nil when all is well
// or when nothing is left to begin.
func (a *applying) stopped(ctx context.Context) error {
	if ctx.Err() != nil && a.done.Load() < a.plan.End.Changes {
		return stopped(ctx)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fatal
}

// end sees to it that no further batch is begun.
func (a *applying) end(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fatal == nil {
		a.fatal = err
	}
}

// section does the changes of one scope that belong to a pass.
func (a *applying) section(ctx context.Context, p pass, section plan.Section, batches *errgroup.Group) error {
	if a.out.Left(section) == 0 {
		return nil
	}
	summary := section.Summary()
	takes := summary.Takes()
	if p.takes && takes > 0 && a.plan.End.HeldTakes(&summary) != "" {
		if err := a.holdBack(section); err != nil {
			return err
		}
		takes = summary.Lowered
	}
	switch {
	case p.takes && takes > 0:
		leads, err := a.successor(section, &summary)
		if err != nil {
			return err
		}
		uses, err := a.relief(section, &summary)
		if err != nil {
			return err
		}
		refuse := func(c *brick.Change) error { return cmp.Or(leads(c), uses(c)) }
		return a.take(ctx, section, takes, refuse, batches)
	case !p.takes && (takes < section.N || len(summary.CreateGroups) > 0): // who is lowered may come into a new one
		broken := a.createGroups(ctx, &summary)
		refuse := func(c *brick.Change) error { return cmp.Or(missingGroup(broken, c), missingPassword(c)) }
		return a.cut(ctx, section.Half(p.takes), section, section.N-takes, refuse, batches)
	}
	return nil
}

// firstBatch is how many changes the first batch of a scope has at most: few,
// so that requests go out while the others are still read. Each further one
// may have twice as many.
const firstBatch = 1000

// cut cuts changes of a scope, at most n, into batches and starts these. Changes
// are read only when there is room for their batch. Those that are refused
// fail.
func (a *applying) cut(ctx context.Context, changes iter.Seq2[brick.Change, error], section plan.Section, n int64, refuse func(*brick.Change) error, batches *errgroup.Group) error {
	var batch []brick.Change
	defer func() { a.room.Release(int64(cap(batch))) }()
	start := func(started []brick.Change) {
		batch = nil
		batches.Go(func() error {
			defer a.room.Release(int64(cap(started)))
			a.batch(ctx, started)
			return nil
		})
	}
	refused := aside{applying: a}
	defer refused.flush()
	most := int64(firstBatch)
	for c, err := range a.plan.WithPasswords(a.left(changes)) {
		if err != nil {
			return err
		}
		if a.out.Of(c.Seq) == plan.HeldBack {
			continue
		}
		n--
		if err := refuse(&c); err != nil {
			a.note(&c, err)
			refused.add(c.Seq)
			continue
		}
		if batch == nil {
			if batch, err = a.reserve(ctx, min(n+1, most)); err != nil {
				return err
			}
			most = min(2*most, int64(a.features.Batch))
		}
		c.Scope = section.Scope // so that its text is in memory once
		if batch = append(batch, c); len(batch) == cap(batch) {
			start(batch)
		}
	}
	if len(batch) > 0 {
		start(batch)
	}
	return a.stopped(ctx)
}

// reserve waits for room and returns an empty batch with a capacity for as
// many changes of n as it may carry. The room is given back by whoever has
// the batch last.
func (a *applying) reserve(ctx context.Context, n int64) ([]brick.Change, error) {
	size := max(1, min(n, int64(a.features.Batch)))
	if a.room.Acquire(ctx, size) != nil {
		return nil, stopped(ctx)
	}
	if err := a.stopped(ctx); err != nil {
		a.room.Release(size)
		return nil, err
	}
	return make([]brick.Change, 0, size), nil
}
