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
				Hint: "see what became of it; BRICK_SHARD_WAIT says how long to wait, and all shards share BRICK_RUN_DIR, params and file",
			}
		}
	}
}

// look reports whether shard 0 has done the organization. That it has ended
// badly since this run began is an error; what ended badly before may be done
// again any moment.
func (w *organizationWatch) look() (bool, error) {
	all, err := w.store.All()
	if err != nil {
		return false, err
	}
	since := w.n.job.Started.Add(-brick.ShardsWithin)
	for _, r := range all {
		if r.Started.Before(since) {
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
	f, err := os.Open(filepath.Join(r.Dir, runs.ReportFile))
	if err != nil {
		return false, false, nil // it was deleted meanwhile
	}
	defer f.Close()
	doc, err := report.Read(f)
	if err != nil || !w.ours(doc) {
		return false, false, nil
	}
	if did(doc) {
		return true, true, nil
	}
	if ended := doc.Started.Add(time.Duration(doc.DurationMS) * time.Millisecond); ended.Before(w.n.job.Started) {
		return true, false, nil
	}
	return true, false, &brick.Error{
		Kind: brick.Failed, Op: "wait for shard 0", Err: fmt.Errorf("it ended %s in run %s, and the organization is not done", doc.Outcome, doc.RunID),
		Hint: "see its report; then run both again",
	}
}

// ours reports whether a report is of shard 0 of the same run.
func (w *organizationWatch) ours(doc *report.Document) bool {
	h := &w.n.report.Plan.Header
	return !doc.PlanOnly && doc.Shard == brick.Shard{Index: 0, Of: w.n.shard.Of} &&
		doc.Digests.Params == h.Params && (doc.Digests.Input == h.Input.SHA256 || doc.Digests.Input == "")
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
