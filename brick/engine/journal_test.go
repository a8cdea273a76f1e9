package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
)

// asks is a platform that notes which changes it is asked for, and which of
// them a journal did not know then.
type asks struct {
	*memory.Platform
	begun *begins

	mu      sync.Mutex
	changes []int64
	early   []int64
}

func (a *asks) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	a.mu.Lock()
	for i := range batch {
		a.changes = append(a.changes, batch[i].Seq)
		if !a.begun.has(batch[i].Seq) {
			a.early = append(a.early, batch[i].Seq)
		}
	}
	a.mu.Unlock()
	return a.Platform.Apply(ctx, s, batch)
}

// begins is a journal that also remembers what was begun.
type begins struct {
	engine.Journal
	mu    sync.Mutex
	known map[int64]bool
	full  int // lines until nothing can be written any more; 0 means never
}

func (b *begins) has(seq int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[seq]
}

var errFull = errors.New("no room")

func (b *begins) line() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full--; b.full == 0 {
		b.full = 1
		return errFull
	}
	return nil
}

func (b *begins) Begin(seqs []int64) (int64, error) {
	if err := b.line(); err != nil {
		return 0, err
	}
	n, err := b.Journal.Begin(seqs)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, seq := range seqs {
		b.known[seq] = err == nil
	}
	return n, err
}

func (b *begins) Settle(batch int64, seqs []int64, out *plan.Outcome) error {
	if err := b.line(); err != nil {
		return err
	}
	return b.Journal.Settle(batch, seqs, out)
}

// journaled applies a plan, or what out leaves of it, beside a journal, and
// returns what became of it, what the journal says of that, and what the
// platform was asked for.
func (r *run) journaled(ctx context.Context, t *testing.T, p *memory.Platform, made *plan.Plan, out *plan.Outcome, full int) (*plan.Outcome, *plan.Outcome, *asks, error) {
	t.Helper()
	var j *journal.Journal
	var err error
	if out == nil {
		out = plan.NewOutcome(made.End.Changes)
		j, err = journal.Create(made.Dir, journal.Header{Plan: made.Header.Digest, Changes: made.End.Changes, Started: started})
	} else {
		j, out, err = journal.Resume(made.Dir, made.Header.Digest, time.Time{})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	a := &asks{Platform: p, begun: &begins{Journal: j, known: map[int64]bool{}, full: full}}
	job := r.job(t, made.Dir)
	job.Journal = a.begun
	ended := job.Resume(ctx, r.connect(a), made, out)
	said, err := journal.Open(made.Dir, made.Header.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.early) > 0 {
		t.Errorf("%v were sent before the journal knew", a.early)
	}
	return out, said, a, ended
}

// fatesOf lists the fates of a plan's changes.
func fatesOf(out *plan.Outcome) (fates []plan.Fate) {
	for seq := range out.Changes() {
		fates = append(fates, out.Of(seq+1))
	}
	return fates
}

func TestAJournalSaysWhatBecameOfEachChange(t *testing.T) {
	before, r := busyRun("sync_multiple_projects_based_on_pid")
	r.params.MaxRemovals, r.params.OnGuard = brick.MustLimit("0"), "hold_removals"
	p := before.inMemory()
	p.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
		if c.Login() == fay {
			return &brick.Error{Kind: brick.Invalid, RequestID: "4711", Err: errors.New("no such person")}
		}
		return nil
	}
	made := r.makePlan(t, p)
	out, said, _, err := r.journaled(t.Context(), t, p, made, nil, 0)
	if err != nil || !slices.Equal(fatesOf(out), fatesOf(said)) {
		t.Errorf("%v: %v, the journal says %v", err, fatesOf(out), fatesOf(said))
	}
	for _, fate := range []plan.Fate{plan.Done, plan.Failed, plan.HeldBack} {
		if said.Count(fate) == 0 {
			t.Errorf("nothing has the fate %d", fate)
		}
	}
	for seq := int64(1); seq <= said.Changes(); seq++ {
		if e, ok := errors.AsType[*brick.Error](said.Err(seq)); said.Of(seq) == plan.Failed && (!ok || e.RequestID != "4711") {
			t.Errorf("it failed with %v", said.Err(seq))
		}
	}
}

func TestChangesThatWantABrokenGroupAreInTheJournal(t *testing.T) {
	before, r := twoProjects()
	r.withGroups()
	r.rows[0].Groups = []string{"Ops"}
	p := before.watch(1, func(c call) error {
		if c.what == "create" {
			return brick.Errorf(brick.Forbidden, "no groups today")
		}
		return nil
	})
	made := r.makePlan(t, p)
	j, err := journal.Create(made.Dir, journal.Header{Plan: made.Header.Digest, Changes: made.End.Changes, Started: started})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	job := r.job(t, made.Dir)
	job.Journal = j
	out, err := job.Apply(t.Context(), r.connect(p), made)
	if err != nil {
		t.Fatal(err)
	}
	said, err := journal.Open(made.Dir, made.Header.Digest)
	if err != nil || said.Count(plan.Failed) == 0 || !slices.Equal(fatesOf(out), fatesOf(said)) {
		t.Errorf("%v: %v, the journal says %v", err, fatesOf(out), fatesOf(said))
	}
}

func TestWhatAVerifyFindsWrongIsInTheJournal(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	made := r.makePlan(t, p)
	out, _, _, err := r.journaled(t.Context(), t, p, made, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	j, _, err := journal.Resume(made.Dir, made.Header.Digest, started)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	job := r.job(t, made.Dir)
	job.Journal = j
	untouched := before.inMemory() // as if all had been lost
	if wrong, err := job.Verify(t.Context(), r.connect(untouched).View, made, out); wrong != made.End.Changes || err != nil {
		t.Errorf("%d are wrong, %v", wrong, err)
	}
	said, err := journal.Open(made.Dir, made.Header.Digest)
	if err != nil || said.Count(plan.Failed) != made.End.Changes {
		t.Errorf("%v: the journal says %v", err, fatesOf(said))
	}
}

// Whatever line of the journal cannot be written: no further batch is begun,
// what was done is told, and going on asks for nothing that is known as done.
func TestWithoutAJournalNoBatchIsBegun(t *testing.T) {
	before, r := busyRun("sync_domain_and_project")
	want := r.after(before, func(brick.Login) bool { return false }).String()
	for full := 1; ; full++ {
		when := fmt.Sprintf("full at line %d", full)
		p := before.inMemory()
		made := r.makePlan(t, p)
		out, said, _, err := r.journaled(t.Context(), t, p, made, nil, full)
		if err == nil {
			if full < 8 {
				t.Errorf("%s: no error", when)
			}
			return
		}
		if !errors.Is(err, errFull) || int(out.Count(plan.Done)) > p.Counts().Effects {
			t.Errorf("%s: %v, %d done, %d effects", when, err, out.Count(plan.Done), p.Counts().Effects)
		}
		for seq := int64(1); seq <= out.Changes(); seq++ {
			if out.Of(seq) == plan.Done && said.Of(seq) == plan.Pending || out.Of(seq) == plan.Pending && said.Of(seq) == plan.Done {
				t.Errorf("%s: change %d is %d, the journal says %d", when, seq, out.Of(seq), said.Of(seq))
			}
		}
		known := said.Count(plan.Done)
		holds, err := r.job(t, made.Dir).FitsAfter(t.Context(), r.connect(p).View, made, said)
		if err != nil {
			t.Errorf("%s: it does not fit any more: %v (%v)", when, err, holds)
		}
		again, _, asked, err := r.journaled(t.Context(), t, p, made, said, 0)
		if err != nil || again.Count(plan.Done) != made.End.Changes || int64(len(asked.changes)) != made.End.Changes-known {
			t.Errorf("%s: going on: %v, %d done, asked for %v with %d known", when, err, again.Count(plan.Done), asked.changes, known)
		}
		if got := look(t, p, "p1", "p2").String(); got != want {
			t.Errorf("%s: ended as\n%s\nwant\n%s", when, got, want)
		}
	}
}

func TestARunThatIsStoppedHasSaidSoInItsJournal(t *testing.T) {
	before, r := busyRun("sync_domain_and_project")
	for n := 1; ; n++ {
		p := before.inMemory()
		made := r.makePlan(t, p)
		ctx, cancel := context.WithCancel(t.Context())
		p.Hooks.OnApply = func(at int) {
			if at == n {
				cancel()
			}
		}
		out, said, _, err := r.journaled(ctx, t, p, made, nil, 0)
		cancel()
		if err == nil {
			return
		}
		for seq := int64(1); seq <= out.Changes(); seq++ {
			if is, says := out.Of(seq), said.Of(seq); is != says {
				t.Errorf("stopped at %d: change %d is %d, the journal says %d", n, seq, is, says)
			}
		}
	}
}

// Who was begun may be anything between what he was and what he is to be; who
// is known as done must be as the plan wants him, and nobody else may have
// moved at all.
func TestAPlanFitsAfterWhatIsKnownToHaveBeenDone(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "viewer", "Sales"), member(ben, "viewer")}, nil)
	r := &run{mode: "sync_project", hasGroups: true}
	r.params.CreateNonExistingUserGroups = true
	r.rows = []brick.Row{row("p1", ann, "admin"), row("p1", ben, "viewer")}
	r.rows[0].Groups, r.rows[1].Groups = []string{"Ops"}, []string{}
	made := r.makePlan(t, before.inMemory())
	if made.End.Changes != 1 {
		t.Fatalf("%d changes", made.End.Changes)
	}
	for _, c := range []struct {
		what string
		now  brick.Member
		fits [5]bool // by fate
	}{
		{"as he was", member(ann, "viewer", "Sales"), [5]bool{plan.Pending: true, plan.Failed: true, plan.HeldBack: true, plan.Unknown: true}},
		{"as he is to be", member(ann, "admin", "Ops"), [5]bool{plan.Pending: true, plan.Done: true, plan.Failed: true, plan.HeldBack: true, plan.Unknown: true}},
		{"half-way", member(ann, "admin", "Sales"), [5]bool{plan.Failed: true, plan.Unknown: true}},
		{"between groups", member(ann, "admin"), [5]bool{plan.Failed: true, plan.Unknown: true}},
		{"in both groups", member(ann, "viewer", "Ops", "Sales"), [5]bool{plan.Failed: true, plan.Unknown: true}},
		{"somebody else", member(ann, "editor", "Ops"), [5]bool{}},
		{"in another group", member(ann, "admin", "Board"), [5]bool{}},
	} {
		now := before.clone()
		now.projects["p1"][ann] = c.now
		for fate := plan.Pending; fate <= plan.Unknown; fate++ {
			out := plan.NewOutcome(1)
			out.Set(1, fate)
			_, err := r.job(t, made.Dir).FitsAfter(t.Context(), r.connect(now.inMemory()).View, made, out)
			if (err == nil) != c.fits[fate] || err != nil && brick.KindOf(err) != brick.Refused {
				t.Errorf("%s, told as %d: %v", c.what, fate, err)
			}
		}
	}
}

var _ platform.Groups = (*asks)(nil)

// silent is a platform during whose change of one person the run is stopped. It
// does that change, and its answer is lost; what comes after is not begun.
type silent struct {
	*memory.Platform
	stop context.CancelFunc
	lost brick.Login
	over bool
}

func (s *silent) Features() platform.Features { return platform.Features{Batch: 10, Concurrency: 1} }

func (s *silent) Apply(ctx context.Context, scope brick.Scope, batch []brick.Change) []error {
	errs := make([]error, len(batch))
	for i := range batch {
		if s.over {
			errs[i] = &brick.Error{Kind: brick.Interrupted, Err: platform.ErrNotBegun}
			continue
		}
		errs[i] = s.Platform.Apply(ctx, scope, batch[i:i+1])[0]
		if s.over = batch[i].Login() == s.lost; s.over {
			s.stop()
			errs[i] = brick.Errorf(brick.Interrupted, "stopped: the answer is lost")
		}
	}
	return errs
}

// Of a change whose answer was lost when the run was stopped nobody knows what
// became of it: the outcome and the journal both say so, and of those that the
// platform did not begin that they were not tried.
func TestWhatWasUnderWayWhenTheRunWasStoppedIsUnknown(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "viewer"), member(ben, "viewer"), member(cem, "viewer"), member(dan, "viewer")}, nil)
	r := &run{mode: "sync_project", rows: []brick.Row{row("p1", ann, "admin"), row("p1", ben, "admin"), row("p1", cem, "admin")}}
	p := before.inMemory()
	made := r.makePlan(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j, err := journal.Create(made.Dir, journal.Header{Plan: made.Header.Digest, Changes: made.End.Changes, Started: started})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	job := r.job(t, made.Dir)
	job.Journal = j
	out, err := job.Apply(ctx, r.connect(&silent{Platform: p, stop: cancel, lost: ben}), made)
	if brick.KindOf(err) != brick.Interrupted || err == nil {
		t.Errorf("the run ends with %v", err)
	}
	said, err := journal.Open(made.Dir, made.Header.Digest)
	want := []plan.Fate{plan.Done, plan.Unknown, plan.Pending, plan.Pending} // ann, ben, cem, and dan who goes
	if err != nil || !slices.Equal(fatesOf(out), want) || !slices.Equal(fatesOf(said), want) {
		t.Errorf("%v: %v, the journal says %v, want %v", err, fatesOf(out), fatesOf(said), want)
	}
}
