package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

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
	done     atomic.Int64 // changes that are settled: tried, or held back

	mu    sync.Mutex
	fatal error // why no further batch is begun
}

// pass does the changes of one walk: batches of all scopes, several at once.
func (a *applying) pass(ctx context.Context, p pass) error {
	var group errgroup.Group
	group.SetLimit(a.features.Concurrency)
	err := a.sections(ctx, p, func(batch []brick.Change) {
		group.Go(func() error {
			a.batch(ctx, batch)
			return nil
		})
	})
	group.Wait()
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

// sections cuts the plan into the batches of a pass.
func (a *applying) sections(ctx context.Context, p pass, start func([]brick.Change)) error {
	for _, section := range a.plan.Sections() {
		if section.Scope.Level != p.level {
			continue
		}
		summary, err := section.Summary()
		if err != nil {
			return err
		}
		if takes := summary.Counts.Removals(); (p.takes && takes == 0) || (!p.takes && takes == section.N) {
			continue
		}
		if err := a.section(ctx, p, section, &summary, start); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) section(ctx context.Context, p pass, section plan.Section, summary *brick.Summary, start func([]brick.Change)) error {
	held := ""
	if p.takes {
		held = a.plan.End.HeldTakes(summary)
	}
	broken := map[string]error{}
	if !p.takes {
		broken = a.createGroups(ctx, summary)
	}
	var batch []brick.Change
	for c, err := range a.plan.WithPasswords(section.Changes()) {
		switch {
		case err != nil:
			return err
		case c.Action.Takes() != p.takes:
			continue
		case held != "":
			a.out.Set(c.Seq, plan.HeldBack)
			a.done.Add(1)
			continue
		}
		if err := missingGroup(broken, &c); err != nil {
			a.note(&c, err)
			continue
		}
		if batch = append(batch, c); len(batch) == a.features.Batch {
			if err := a.stopped(ctx); err != nil {
				return err
			}
			start(batch)
			batch = nil
		}
	}
	if len(batch) > 0 && a.stopped(ctx) == nil {
		start(batch)
	}
	return a.stopped(ctx)
}

// createGroups makes the groups that a scope needs, and returns why those
// could not be made that failed, by folded name.
func (a *applying) createGroups(ctx context.Context, summary *brick.Summary) map[string]error {
	broken := map[string]error{}
	for _, name := range summary.CreateGroups {
		if a.stopped(ctx) != nil {
			break
		}
		if err := a.conn.CreateGroup(ctx, summary.Scope, name); err != nil {
			broken[brick.Fold(name)] = fmt.Errorf("group %q: %w", name, err)
		}
	}
	return broken
}

// missingGroup returns why a change cannot be done for want of a group.
func missingGroup(broken map[string]error, c *brick.Change) error {
	if len(broken) == 0 || c.After == nil {
		return nil
	}
	for _, name := range c.After.Groups {
		if err := broken[brick.Fold(name)]; err != nil {
			return err
		}
	}
	return nil
}

// batch does some changes of one scope.
func (a *applying) batch(ctx context.Context, batch []brick.Change) {
	if a.stopped(ctx) != nil {
		return
	}
	generatePasswords(batch)
	scope := batch[0].Scope
	for i, err := range a.conn.Apply(ctx, scope, batch) {
		c := &batch[i]
		if brick.KindOf(err) == brick.BadPassword && err != nil {
			err = a.withoutPassword(ctx, c, err)
		}
		a.note(c, err)
	}
}

// withoutPassword does a change again whose given password was refused: a
// new account gets a generated one, an existing account keeps its own. What
// comes back says that the password is missing, or why nothing could be done.
func (a *applying) withoutPassword(ctx context.Context, c *brick.Change, refused error) error {
	again := *c
	again.Password, again.SetPassword = brick.Secret{}, false
	if c.Action == brick.Add {
		again.Password = GeneratePassword()
	}
	if errs := a.conn.Apply(ctx, c.Scope, []brick.Change{again}); errs[0] != nil {
		return errs[0]
	}
	return fmt.Errorf("all is done but the password: %w", refused)
}

// note remembers what became of a change. What was not tried stays pending.
func (a *applying) note(c *brick.Change, err error) {
	switch k := brick.KindOf(err); {
	case err == nil:
		a.out.Set(c.Seq, plan.Done)
	case k == brick.Interrupted:
		return
	default:
		a.out.Fail(c.Seq, err)
		if k == brick.Denied {
			a.mu.Lock()
			a.fatal = err
			a.mu.Unlock()
		}
	}
	a.job.Emit.Send(brick.Applied{Change: c, Err: err, Done: a.done.Add(1), Total: a.plan.End.Changes})
}

// generatePasswords gives the new accounts of a batch that have no password
// one of their own.
func generatePasswords(batch []brick.Change) {
	for i := range batch {
		c := &batch[i]
		if c.Scope.Level == brick.OrganizationLevel && c.Action == brick.Add && !c.Password.Given() {
			c.Password = GeneratePassword()
		}
	}
}
