package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/report"
	"users-brick/brick/runs"
	"users-brick/inputs"
	"users-brick/params"
)

// session is one run, plan or apply: its job, its listeners, its report.
type session struct {
	*settings
	program *program
	job     engine.Job
	report  report.Report
	emit    brick.Emit
	mark    time.Time // when the phase at hand began

	store    *runs.Store // nil when nothing is kept or remembered
	record   string      // the directory of the run in the store, "" for none
	over     bool        // end has begun
	passing  bool        // the plan's directory is deleted at the end
	keeping  bool        // the plan was asked for, to be applied later
	onlooker bool        // the run is somebody else's so far: nothing of it is written
	marked   bool        // that the run is going on is said by this session, which did not begin it
	quit     func()      // ends the listeners
	held     string      // the digest of the plan that was left of what the guard held back

	holds holding // so that no other run comes in its way

	anew []string // the words of the command that makes the plan anew; nil for the command plan

	before  *plan.Outcome    // what an earlier session did of the plan; nil when none did
	journal *journal.Journal // nil when none is written

	conn *platform.Conn
	web  *platform.Web // below conn, when that is remote

	mu       sync.Mutex // guards the warnings, which listeners add to
	warnings brick.Findings
	more     int
}

// shownWarnings is how many warnings a report keeps.
const shownWarnings = 1000

// begin starts a session. dir is where the plan goes; empty means a place of
// its own, which is deleted at the end.
func (p *program) begin(s *settings, dir string) (*session, error) {
	return p.beginAt(s, runs.NewID(p.now()), func(n *session) error { return n.place(dir) })
}

// beginAt is begin for a session whose id and place the caller knows.
func (p *program) beginAt(s *settings, id string, place func(*session) error) (*session, error) {
	started := p.now()
	n := &session{settings: s, program: p, mark: started}
	n.job = engine.Job{
		RunID: id, Program: "users-brick " + p.version, Started: started,
		Platform: s.platform.name, Target: s.platform.target(s.params),
		Mode: s.mode, Shard: s.shard, Params: s.params, TmpDir: s.env.TempDir, Memory: sortingMemory(&s.env),
	}
	n.emit, n.quit = p.listeners(&s.env)
	n.job.Emit = n.emit
	n.report = report.Report{
		RunID: n.job.RunID, Program: n.job.Program, Shard: s.shard, Mode: s.mode.Name, Platform: n.job.Platform,
		Target: n.job.Target, Params: s.params.Digest(), Started: started, Input: inputName(&s.params.Input),
	}
	if err := place(n); err != nil {
		return nil, err
	}
	n.emit.Send(brick.RunStarted{RunID: n.job.RunID, Shard: s.shard, Mode: s.mode.Name, Platform: n.job.Platform, Target: n.job.Target})
	for _, f := range s.warnings {
		n.warn(f)
	}
	n.minding()
	return n, nil
}

func (n *session) warn(f brick.Finding) {
	n.mu.Lock()
	if len(n.warnings) < shownWarnings {
		n.warnings = append(n.warnings, f)
	} else {
		n.more++
	}
	n.mu.Unlock()
	n.emit.Send(brick.Noticed{Finding: f})
}

// connect opens the platform: to look at it once the file has been read, to
// act once there is a plan that may be done. An earlier connection ends, but
// for one that would only be opened again.
func (n *session) connect(ctx context.Context, readOnly bool) (*platform.Conn, error) {
	if !readOnly { // a plan that another run may make stale is better made later
		if err := n.alone(ctx); err != nil {
			return nil, err
		}
		if err := n.awaitOrganization(ctx); err != nil {
			return nil, err
		}
	}
	if n.conn != nil && n.platform.remote {
		return n.conn, nil
	}
	if err := n.disconnect(); err != nil {
		return nil, err
	}
	a := access{env: &n.env, readOnly: readOnly, runID: n.job.RunID, program: n.job.Program, now: n.program.now, emit: n.emit, turn: n.holds.turn, wait: n.fileWait()}
	if n.platform.remote {
		n.program.collectOften()
		n.web = platform.NewWeb(platform.WebOptions{
			Concurrency: n.concurrency(), Rate: n.rate(), Timeout: n.env.Timeout,
			Retry: platform.DefaultRetry, Emit: n.emit, LinkLocal: n.env.LinkLocal,
		})
		a.web = n.web
	}
	driver, err := n.platform.open(ctx, &n.params.Platform, a)
	if err != nil {
		n.hangUp()
		return nil, err
	}
	if n.program.onDriver != nil {
		driver = n.program.onDriver(driver)
	}
	n.conn = platform.Connect(driver, platform.Options{
		Concurrency: n.concurrency(), Rate: n.rate(), Retry: platform.DefaultRetry, Emit: n.emit,
	})
	return n.conn, nil
}

// disconnect ends the connection to the platform, if there is one.
func (n *session) disconnect() error {
	if n.conn == nil {
		return nil
	}
	err := n.conn.Close() // which may send something, too
	if n.web == nil {
		n.report.Calls += n.conn.Calls()
	}
	n.hangUp()
	n.conn = nil
	return err
}

// hangUp ends what requests went through, and counts them.
func (n *session) hangUp() {
	if n.web != nil {
		n.report.Calls += n.web.Requests()
		n.web.Close()
		n.web = nil
	}
}

// plan reads the file and makes the plan. The platform is only looked at: what
// is refused leaves it as it was, down to the file of a directory.
func (n *session) plan(ctx context.Context, watch func(*brick.Row)) error {
	n.recall()
	stream, err := n.open(ctx, n.program, n.emit)
	if err != nil {
		return err
	}
	defer stream.Close()
	reader := inputs.NewReader(stream, stream.Name, readerOptions(n.params, &n.mode, n.warn))
	rows := checked(reader.Rows(ctx), &n.params.Input, stream)
	if watch != nil {
		rows = watched(rows, watch)
	}
	look := func(ctx context.Context) (*platform.View, error) {
		n.lap("read")
		conn, err := n.connect(ctx, true)
		if err != nil {
			return nil, err
		}
		return conn.View, nil
	}
	made, err := n.job.Plan(ctx, look, engine.Source{
		Rows: rows,
		Input: func() plan.Input {
			return plan.Input{Name: stream.Name, Bytes: stream.Bytes(), SHA256: stream.Digest(), Files: reader.Files()}
		},
		Files:     reader.Files,
		HasGroups: func() bool { return hasColumn(reader.Stats().Matched, n.params.Columns.UserGroups) },
	})
	n.report.Plan = made
	n.lap("plan")
	return err
}

// lap notes how long the phase took that ends now.
func (n *session) lap(phase string) {
	now := n.program.now()
	n.report.Phases = append(n.report.Phases, report.Phase{Name: phase, MS: now.Sub(n.mark).Milliseconds()})
	n.mark = now
}

// apply does the plan, and verifies it when that is asked for.
func (n *session) apply(ctx context.Context) error {
	if n.report.Plan.End.Refusal != nil {
		return nil
	}
	out, err := n.perform(ctx)
	n.report.Done = out
	n.lap("apply")
	if err == nil {
		err = n.leaveHeld(out)
	}
	err = errors.Join(err, n.rememberMissing(ctx))
	if err == nil && n.report.Plan.Header.Verify {
		_, err = n.job.Verify(ctx, n.conn.View, n.report.Plan, out)
		n.lap("verify")
	}
	return err
}

// end sums up, writes the report and frees everything. It returns what the
// command returns: nil, or the exit code.
func (n *session) end(ctx context.Context, err error, format string) error {
	n.over = true
	defer n.free()
	r := &n.report
	r.Err = err
	if stoppedBy(err) {
		r.Signal = signalCode(ctx)
	}
	r.Duration = n.program.now().Sub(r.Started)
	if err := n.disconnect(); r.Err == nil {
		r.Err = err
	}
	if err := r.Settle(); err != nil {
		return err
	}
	r.Next = n.next()
	if n.program.settled != nil {
		n.program.settled(r)
	}
	n.remember()
	n.letGo()
	r.Warnings, r.Unshown = n.warnings, n.more
	n.quit()
	n.emit.Send(brick.RunEnded{RunID: r.RunID, Outcome: r.Outcome, ExitCode: r.ExitCode, Duration: r.Duration})
	stored := n.storeReport(ctx)
	err = errors.Join(n.print(format), n.keepReport())
	n.tellOthers(ctx)
	if err != nil {
		return err
	}
	n.prune()
	switch {
	case r.ExitCode != brick.ExitDone:
		return exit(r.ExitCode)
	case !stored:
		return exit(brick.ExitFailed)
	}
	return nil
}

// stoppedBy reports whether an error may come of a signal. A run that was
// refused before, or that had done its work, is not.
func stoppedBy(err error) bool {
	switch brick.KindOf(err) {
	case brick.BadInput, brick.Refused, brick.Denied, brick.Locked:
		return false
	}
	return err != nil
}

func (n *session) print(format string) error {
	switch format {
	case "json":
		return n.report.JSON(n.program.stdout)
	case "markdown":
		return n.report.Markdown(n.program.stdout)
	case "html":
		return n.report.HTML(n.program.stdout)
	}
	err := n.report.Text(n.program.stdout)
	n.tellOnward()
	return err
}

// free ends what the session holds. Given passwords stay only beside a plan
// that is to be applied later, or gone on with.
func (n *session) free() {
	n.letGo()
	if n.report.Plan != nil {
		if !n.keeping && !n.onlooker && !n.needsPasswords() {
			n.report.Plan.ForgetPasswords()
		}
		n.report.Plan.Close()
	}
	if n.journal != nil {
		n.journal.Close()
	}
	if n.passing {
		os.RemoveAll(n.job.Dir)
	}
	if n.record != "" && (n.marked || !n.onlooker) {
		n.store.End(n.job.RunID)
	}
}

func inputName(in *params.Input) string {
	switch in.Type {
	case params.FileInput:
		return in.Path
	case params.S3Input:
		return "s3://" + in.Bucket + "/" + in.Key
	}
	return string(in.Type)
}
