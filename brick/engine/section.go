package engine

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// section is the plan of one scope, on its way into the plan file.
type section struct {
	summary   brick.Summary
	cutoff    int           // bytes of each buffer that stay in memory
	changes   *spool.Buffer // lines of plan.ndjson
	notes     *spool.Buffer // lines of findings.ndjson
	passwords *spool.Buffer // lines of passwords.ndjson
	lines     *spool.Buffer // entries of lines.bin
	missing   *spool.Buffer // lines of missing.ndjson; nil where nobody waits
	line      []byte        // room for one
	badRows   int64         // rows that only this scope showed to be bad
	passing   int64         // people who are disabled right after they are added
	err       error         // why the scope is not planned
}

// bufferMemory is how many bytes of a buffer stay in memory where there are
// only a few.
const bufferMemory = 1 << 20

// sectionCutoff returns how many bytes of each part of a section stay in
// memory. When all that are open at once fill theirs, and as many near the
// head do after them, that is no more than the room for those that wait.
func sectionCutoff(room int64, open int) int {
	return int(min(max(room/int64(2*open), 16<<10), bufferMemory))
}

func (p *planning) newSection(t *target) *section {
	return &section{
		summary:   brick.Summary{Scope: t.scope, MayEmpty: t.mayEmpty, Rows: t.size()},
		cutoff:    p.cutoff,
		changes:   spool.NewBuffer(p.cutoff, p.job.TmpDir),
		notes:     spool.NewBuffer(p.cutoff, p.job.TmpDir),
		passwords: spool.NewBuffer(p.cutoff, p.job.TmpDir),
		lines:     spool.NewBuffer(p.cutoff, p.job.TmpDir),
		missing:   p.newMissing(t),
	}
}

func (s *section) buffers() []*spool.Buffer {
	all := []*spool.Buffer{s.changes, s.notes, s.passwords, s.lines, s.missing}
	if s.missing == nil {
		return all[:4]
	}
	return all
}

// emptySection is about how many bytes a section without any change holds.
const emptySection = 1 << 10

// held returns about how many bytes of memory the section holds. A part that
// went to a file counts as full, so that open files are bounded, too.
func (s *section) held() int64 {
	sum := int64(emptySection)
	for _, b := range s.buffers() {
		sum += min(b.Len(), int64(s.cutoff))
	}
	for _, name := range s.summary.CreateGroups {
		sum += int64(len(name))
	}
	return sum
}

func (s *section) close() {
	for _, b := range s.buffers() {
		b.Close()
	}
}

// files are what a plan is written to.
type files struct {
	dir       string
	plan      *plan.Writer
	notes     *plan.Notes
	passwords *spool.Buffer
	lines     *spool.Buffer
	missing   *spool.Buffer // nil where nobody waits
}

// add writes a section into the files of the plan and frees it.
func (f *files) add(s *section) error {
	defer s.close()
	if err := f.plan.Scope(&s.summary, s.changes); err != nil {
		return err
	}
	if err := f.notes.Append(s.notes); err != nil {
		return err
	}
	if _, err := s.passwords.WriteTo(f.passwords); err != nil {
		return err
	}
	if err := f.addMissing(s); err != nil {
		return err
	}
	_, err := s.lines.WriteTo(f.lines)
	return err
}

// close writes what goes beside the plan, unless the plan has failed.
func (f *files) close(failed error) error {
	defer f.passwords.Close()
	defer f.lines.Close()
	if f.missing != nil {
		defer f.missing.Close()
	}
	if err := errors.Join(failed, f.notes.Close()); err != nil {
		return err
	}
	return errors.Join(plan.WritePasswords(f.dir, f.passwords), plan.WriteLines(f.dir, f.lines), f.writeMissing())
}

// section compares one target with the platform. What goes wrong with this
// scope alone becomes its failure; an error ends the run.
func (p *planning) section(ctx context.Context, t *target, b *bench) (*section, error) {
	s := p.newSection(t)
	err := t.err
	if err == nil {
		err = p.compare(ctx, t, b, s)
	}
	if err != nil && ctx.Err() != nil {
		s.close()
		return nil, stopped(ctx)
	}
	if alone := (*scopeError)(nil); errors.As(err, &alone) || t.err != nil {
		s.close()
		s = p.newSection(t)
		s.err = err
		s.summary.Failure = brick.FailureOf(err)
		err = s.noteFailure(t)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.summary.Objections = p.limits.Scope(s.judged())
	return s, nil
}

// scopeError marks what went wrong with one scope only.
type scopeError struct{ error }

func (e *scopeError) Unwrap() error { return e.error }

// ofScope marks an error of the platform, unless it concerns the whole run.
func ofScope(err error) error {
	if err == nil || fatal(err) {
		return err
	}
	return &scopeError{err}
}

// lookUpEvery is after how many people planning looks whether it is to stop.
const lookUpEvery = 1000

func (p *planning) compare(ctx context.Context, t *target, b *bench, s *section) error {
	if p.undoing != nil {
		return p.undoing.takeBack(ctx, t, b, s)
	}
	names, have, err := p.ask(ctx, t, b)
	if err != nil {
		return err
	}
	defer have.Close()
	doubts, err := rowDoubts(t.rows, p.part.place)
	if err != nil {
		return err
	}
	crew, err := p.decide(ctx, t, s, have, names, p.rules(t, names, doubts))
	if err == nil && crew.leaves() {
		s.close()
		*s = *p.newSection(t)
		_, err = p.decide(ctx, t, s, have, names, p.holdingAdmins(t, names, doubts))
	}
	s.summary.Handover = crew.handsOver()
	return err
}

// decide compares the rows of a target with its members, and returns what
// that means for those who run a project.
func (p *planning) decide(ctx context.Context, t *target, s *section, have *spool.Sorted, names projectNames, rules *plan.Rules) (crew, error) {
	var c crew
	var known *remembered
	rules.Grace, known = p.clocks.of(t)
	defer known.close()
	wants, members := plan.Merge(rowsOf(t.rows), p.resolver(t, names)), membersOf(have)
	write, written := s.decided, known.broken
	if t.size() >= largeScope {
		wants, members = ahead(wants), ahead(members)
		b := newBeside(s.decided)
		write, written = b.add, func() error { return cmp.Or(b.end(), known.broken()) }
	}
	err := p.each(ctx, t, plan.Diff(wants, members, rules), func(d *plan.Decision) error {
		c.add(rules.Admins, d)
		return write(d)
	})
	broken := written()
	s.summary.CreateGroups = rules.Groups.Created()
	return c, cmp.Or(err, broken)
}

// largeScope is how many rows a scope must have for both its sides to be read
// ahead of the comparing, and its decisions to be written beside it: of a
// large scope each of these takes about as long, and nothing else goes on then.
const largeScope = 5000

// each calls a function with every decision about a target, which is good until
// the next one.
func (p *planning) each(ctx context.Context, t *target, decisions iter.Seq2[plan.Decision, error], do func(*plan.Decision) error) error {
	n := 0
	var d plan.Decision // one for all, since its address is handed on
	var err error
	for d, err = range decisions {
		if n++; n%lookUpEvery == 0 && ctx.Err() != nil {
			return stopped(ctx)
		}
		if err == nil && p.job.Watch != nil {
			p.job.Watch(t.scope, &d)
		}
		if err == nil {
			err = do(&d)
		}
		if errors.Is(err, plan.ErrOrder) {
			return ofScope(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ask asks for the names and the members of a target at the same time. When
// the names cannot be told nobody looks at the members any more, whatever
// came of them.
func (p *planning) ask(ctx context.Context, t *target, b *bench) (projectNames, *spool.Sorted, error) {
	var known projectNames
	var unknown error
	reading, enough := context.WithCancel(ctx)
	defer enough()
	var names sync.WaitGroup
	names.Go(func() {
		if known, unknown = p.names.of(ctx, p, t); unknown != nil {
			enough()
		}
	})
	need := platform.Need{Groups: p.part.hasGroups, Members: t.size()}
	have, err := p.members(reading, t.scope, need, b)
	names.Wait()
	if unknown != nil && err == nil {
		have.Close()
	}
	return known, have, cmp.Or(unknown, err)
}

// members reads the members of a scope and puts them in the order of logins.
func (p *planning) members(ctx context.Context, scope brick.Scope, need platform.Need, b *bench) (*spool.Sorted, error) {
	var value []byte
	var broken error // of the sorter, which is no matter of the scope
	err := p.view.Read(ctx, scope, need, func() error {
		b.members.Reset()
		return nil
	}, func(m *brick.Member) error {
		value = spool.AppendMember(value[:0], m)
		broken = b.members.Add("", string(m.Login), value)
		return broken
	})
	if broken != nil {
		return nil, broken
	}
	if err != nil {
		return nil, ofScope(err)
	}
	return b.members.Sort(ctx)
}

// rowsOf yields the rows of a group in the order of logins.
func rowsOf(rows *spool.Group) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		if rows == nil {
			return
		}
		key := rows.Key()
		for record, err := range rows.Records() {
			var row brick.Row
			if err == nil {
				err = spool.DecodeRow(key, record, &row)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// membersOf yields sorted members.
func membersOf(sorted *spool.Sorted) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		group, ok := sorted.Find("")
		if !ok {
			return
		}
		for record, err := range group.Records() {
			var m brick.Member
			if err == nil {
				err = spool.DecodeMember(record, &m)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}
