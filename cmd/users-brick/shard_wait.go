package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"users-brick/brick"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

// lookForReport is how often a shard that waits looks for the report.
const lookForReport = 500 * time.Millisecond

// organizationWatch looks for the report of shard 0.
type organizationWatch struct {
	n     *session
	store *runs.Store
	known map[string]bool // reports that were seen to be of no interest
	since time.Time       // what shard 0 began earlier is not meant
}

// awaitOrganization returns when shard 0 has done the organization for the same
// params and file, so that everybody is there whom this shard brings into a
// project. It does not wait when this shard has nothing to do.
func (n *session) awaitOrganization(ctx context.Context) error {
	waits, err := n.waitsForOrganization()
	if err != nil || !waits || n.report.Plan == nil || n.report.Plan.End.Changes == 0 {
		return err
	}
	store, _ := n.program.store(&n.env)
	if store == nil {
		return &brick.Error{Kind: brick.BadInput, Op: "wait for shard 0", Err: fmt.Errorf("no runs are kept"), Hint: "let all shards share a BRICK_RUN_DIR"}
	}
	w := &organizationWatch{n: n, store: store, known: map[string]bool{}}
	if err := w.begin(); err != nil {
		return err
	}
	tick := time.NewTicker(lookForReport)
	defer tick.Stop()
	patience := time.NewTimer(time.Duration(n.env.ShardWait))
	defer patience.Stop()
	for told := false; ; told = true {
		if done, err := w.look(); done || err != nil {
			return err
		}
		if !told {
			n.emit.Send(brick.Noticed{Finding: brick.Finding{
				Warning: true, Text: fmt.Sprintf("waiting for up to %v until shard 0 has done the organization", time.Duration(n.env.ShardWait)),
			}})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return brick.Errorf(brick.Interrupted, "stopped while it waited for shard 0: %w", context.Cause(ctx))
		case <-patience.C:
			return &brick.Error{
				Kind: brick.Failed, Op: "wait for shard 0",
				Err:  fmt.Errorf("it left no report in %s within %v", store, time.Duration(n.env.ShardWait)),
				Hint: "see what became of it, and run it again; BRICK_SHARD_WAIT says how long to wait, and all shards share BRICK_RUN_DIR, params and file",
			}
		}
	}
}

// begin finds out what is too old: shards of one run begin within a time, and
// when this shard has ended well before and has something to do again, it is
// another time, for which shard 0 has to look after the organization again.
func (w *organizationWatch) begin() error {
	w.since = w.n.job.Started.Add(-brick.ShardsWithin)
	all, err := w.store.All()
	if err != nil {
		return err
	}
	for _, r := range all {
		if w.tooOld(&r) || w.servedBy(&r) {
			break
		}
	}
	return nil
}

// servedBy reports whether a run is one of this shard that ended well, after
// which everything older is too old.
func (w *organizationWatch) servedBy(r *runs.Run) bool {
	f, doc := w.open(r)
	if doc == nil {
		return false
	}
	defer f.Close()
	if doc.Shard != w.n.shard || doc.Outcome != report.Converged && doc.Outcome != report.NothingToDo {
		return false
	}
	w.since = endOf(doc)
	return true
}

// tooOld reports whether a run is too old by its id, which knows no fractions
// of a second.
func (w *organizationWatch) tooOld(r *runs.Run) bool {
	return r.Started.Before(w.since.Truncate(time.Second))
}

// endOf returns when a run ended.
func endOf(doc *report.Document) time.Time {
	return doc.Started.Add(time.Duration(doc.DurationMS) * time.Millisecond)
}

// look reports whether shard 0 has done the organization. That it has ended
// badly since this run began is an error; what ended badly before may be done
// again any moment.
func (w *organizationWatch) look() (bool, error) {
	all, err := w.store.All()
	if err != nil {
		return false, err
	}
	for _, r := range all {
		if w.tooOld(&r) {
			break
		}
		if w.known[r.ID] || !r.Reported() {
			continue
		}
		ours, done, err := w.judge(&r)
		if done || err != nil {
			return done, err
		}
		if ours {
			return false, nil // an older one says less
		}
		w.known[r.ID] = true
	}
	return false, nil
}

// judge reports whether a run is that of shard 0 of ours, and whether it did
// the organization.
func (w *organizationWatch) judge(r *runs.Run) (ours, done bool, err error) {
	f, doc := w.open(r)
	if doc == nil {
		return false, false, nil
	}
	defer f.Close()
	if doc.Shard.Index != 0 || doc.Started.Before(w.since) {
		return false, false, nil
	}
	if did(doc) {
		return true, true, nil
	}
	if endOf(doc).Before(w.n.job.Started) {
		return true, false, nil
	}
	return true, false, &brick.Error{
		Kind: brick.Failed, Op: "wait for shard 0", Err: fmt.Errorf("it ended %s in run %s, and the organization is not done", doc.Outcome, doc.RunID),
		Hint: "see its report; then run both again",
	}
}

// open opens the report of a run, and returns nil when it is not of a shard of
// ours: of the same params and file, in as many shards. The caller closes the
// file.
func (w *organizationWatch) open(r *runs.Run) (*os.File, *report.Document) {
	f, err := os.Open(filepath.Join(r.Dir, runs.ReportFile))
	if err != nil {
		return nil, nil // there is none yet, or it was deleted meanwhile
	}
	doc, err := report.Read(f)
	h := &w.n.report.Plan.Header
	if err != nil || doc.PlanOnly || doc.Shard.Of != w.n.shard.Of || doc.Digests.Params != h.Params ||
		doc.Digests.Input != h.Input.SHA256 && doc.Digests.Input != "" {
		f.Close()
		return nil, nil
	}
	return f, doc
}

// did reports whether nothing is left to be tried in the organization.
func did(doc *report.Document) bool {
	switch doc.Outcome {
	case report.Converged, report.NothingToDo, report.Partial:
	default:
		return false
	}
	for s, err := range doc.Scopes() {
		if err != nil || s.Scope.Level != brick.OrganizationLevel {
			return false
		}
		return s.Unplanned == nil && s.Untried == 0 && s.Unknown == 0
	}
	return false
}
