package directory

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
)

// Turn is a run's turn with a directory: it keeps runs apart that share the
// file, but neither a machine nor a folder of locks. One Turn serves all that
// one run opens, one after another.
//
// A run that writes nothing leaves every byte of the file as it was. So who
// opens the directory only looks whether it is somebody else's turn, and its
// own begins with the transaction that writes first, provided that nobody else
// has had one since the look: what was read until then would be stale. Every
// further transaction makes sure that the turn lasts, and prolongs it; between
// them a goroutine does, until the directory is closed.
//
// A turn that is not prolonged any more is over after its lease, and the next
// run may have its own. Whose turn was taken over can write nothing more.
type Turn struct {
	Owner   lock.Owner     // Started and Renewed are not used
	Project string         // the only project that the run touches; empty for all
	Place   string         // of the run's lock, see [lock.Ended]
	Lease   time.Duration  // 0 means [lock.Lease]
	Wait    *lock.Patience // for the turn of another run when the directory is opened first; nil does not wait

	// Gone hears, once the run's turn has begun, whose turn was taken over, if
	// there was one; it may be nil.
	Gone func(lock.Owner)

	looked bool
	token  string      // tells this process from another one that goes on with the same run
	seen   int64       // the number of the last turn when it was looked, or of our own
	next   int64       // the number of our own while it begins
	before *lock.Owner // whose turn it ends while it begins
}

// turnsTable is made by the run that needs it first. A row is the last turn of
// its project, or of a run on the whole directory; its token is empty once the
// turn has been given back.
const turnsTable = `CREATE TABLE IF NOT EXISTS turns (
	project TEXT PRIMARY KEY, -- empty for the whole directory
	turn    INTEGER NOT NULL, -- counts all of them
	token   TEXT NOT NULL,
	run     TEXT NOT NULL,
	host    TEXT NOT NULL,
	pid     INTEGER NOT NULL,
	program TEXT NOT NULL,
	place   TEXT NOT NULL,
	started INTEGER NOT NULL, -- Unix time in milliseconds
	until   INTEGER NOT NULL
) WITHOUT ROWID`

// overlapping is the condition for turns that exclude one on project ?1.
const overlapping = `(project IN ('', ?1) OR ?1 = '')`

// turnRow is a turn as the file has it.
type turnRow struct {
	turn  int64
	token string
	owner lock.Owner
	place string
	until time.Time
}

// rowsQuerier is a database, or its writing connection.
type rowsQuerier interface {
	rowQuerier
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// turnsBeside returns the turns that exclude one on a project.
func turnsBeside(ctx context.Context, q rowsQuerier, project string) ([]turnRow, error) {
	var there bool
	const exists = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'turns'`
	if err := q.QueryRowContext(ctx, exists).Scan(&there); err != nil || !there {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT turn, token, run, host, pid, program, place, started, until FROM turns WHERE `+overlapping, project)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var turns []turnRow
	for rows.Next() {
		var t turnRow
		var started, until int64
		if err := rows.Scan(&t.turn, &t.token, &t.owner.RunID, &t.owner.Host, &t.owner.PID, &t.owner.Program, &t.place, &started, &until); err != nil {
			return nil, err
		}
		t.owner.Started, t.until = time.UnixMilli(started), time.UnixMilli(until)
		turns = append(turns, t)
	}
	return turns, rows.Err()
}

// judge returns an error of kind Locked when it is somebody else's turn, and
// otherwise the number of the last turn and the run that left its own without
// giving it back.
func (t *Turn) judge(turns []turnRow, path string, now time.Time) (last int64, gone *lock.Owner, err error) {
	for i := range turns {
		row := &turns[i]
		if row.token == t.token && t.token != "" {
			continue
		}
		last = max(last, row.turn)
		switch {
		case row.token == "":
		case now.Before(row.until) && !lock.Ended(row.place, t.Place):
			row.owner.Renewed = now
			return 0, nil, lock.Held(path, row.owner, now)
		default:
			gone = &row.owner
		}
	}
	return last, gone, nil
}

// stale is the error of a run that read what another one has changed since.
func stale(path string) error {
	return &brick.Error{
		Kind: brick.Locked, Err: fmt.Errorf("another run has written to %s since this one read it", path),
		Hint: "run it again",
	}
}

// look returns an error of kind Locked when it is not the run's turn, or
// cannot become it any more.
func (d *Directory) look(ctx context.Context) error {
	t := d.turn
	if t == nil {
		return nil
	}
	if t.token == "" {
		t.token = rand.Text()
	}
	patience := t.Wait
	if patience == nil || t.looked {
		patience = &lock.Patience{}
	}
	var last int64
	err := patience.Try(ctx, func() error {
		turns, err := turnsBeside(ctx, d.read, t.Project)
		if err == nil {
			last, _, err = t.judge(turns, d.file, d.now())
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case t.looked && last > t.seen:
		return stale(d.file)
	case !t.looked:
		t.looked, t.seen = true, last
	}
	return nil
}

// inTurn makes sure within a transaction that it is the run's turn: it begins
// it, or prolongs the one that has begun.
func (d *Directory) inTurn(ctx context.Context) error {
	switch {
	case d.turn == nil:
		return nil
	case d.renewing != nil:
		return d.prolong(ctx)
	}
	return d.begin(ctx)
}

// begin begins the run's turn within a transaction.
func (d *Directory) begin(ctx context.Context) error {
	t, c, now := d.turn, d.write.conn, d.now()
	if _, err := c.ExecContext(ctx, turnsTable); err != nil {
		return err
	}
	turns, err := turnsBeside(ctx, c, t.Project)
	if err != nil {
		return err
	}
	last, gone, err := t.judge(turns, d.file, now)
	if err != nil {
		return err
	}
	if last > t.seen {
		return stale(d.file)
	}
	t.before = gone
	if _, err := c.ExecContext(ctx, `UPDATE turns SET token = '' WHERE `+overlapping, t.Project); err != nil {
		return err
	}
	return c.QueryRowContext(ctx, `INSERT OR REPLACE INTO turns (project, turn, token, run, host, pid, program, place, started, until)
		VALUES (?, (SELECT 1 + coalesce(max(turn), 0) FROM turns), ?, ?, ?, ?, ?, ?, ?, ?) RETURNING turn`,
		t.Project, t.token, t.Owner.RunID, t.Owner.Host, t.Owner.PID, t.Owner.Program, t.Place, now.UnixMilli(), now.Add(t.lease()).UnixMilli(),
	).Scan(&t.next)
}

func (t *Turn) lease() time.Duration {
	if t.Lease > 0 {
		return t.Lease
	}
	return lock.Lease
}

// prolong prolongs the run's turn within a transaction. When another run has
// taken over, that is an error of kind Locked.
func (d *Directory) prolong(ctx context.Context) error {
	t := d.turn
	done, err := d.write.conn.ExecContext(ctx, `UPDATE turns SET until = ? WHERE project = ? AND token = ?`,
		d.now().Add(t.lease()).UnixMilli(), t.Project, t.token)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return &brick.Error{
		Kind: brick.Locked, Err: fmt.Errorf("this run was silent for longer than %v, and another one has taken over %s", t.lease(), d.file),
		Hint: "see what kept it; when the other run has ended, run it again",
	}
}

// begun notes that the transaction with which the turn began is done, and
// sees to it that the turn lasts.
func (d *Directory) begun() {
	if d.turn == nil || d.renewing != nil {
		return
	}
	d.turn.seen = d.turn.next
	if d.turn.before != nil && d.turn.Gone != nil {
		d.turn.Gone(*d.turn.before)
	}
	d.renewing = make(chan struct{})
	d.renewer.Go(d.keepTurn)
}

// keepTurn prolongs the turn now and then. That it fails once does no harm,
// and when the turn is lost, whoever writes next finds out.
func (d *Directory) keepTurn() {
	tick := time.NewTicker(d.turn.lease() / 4)
	defer tick.Stop()
	ctx := context.Background()
	for {
		select {
		case <-d.renewing:
			return
		case <-tick.C:
		}
		d.lock.Lock()
		_ = d.write.transact(ctx, func() error { return d.prolong(ctx) })
		d.lock.Unlock()
	}
}

// giveBack ends the turn. When that cannot be written, it ends with its lease.
func (d *Directory) giveBack() {
	if d.renewing == nil {
		return
	}
	close(d.renewing)
	d.renewer.Wait()
	d.lock.Lock()
	defer d.lock.Unlock()
	ctx := context.Background()
	_ = d.write.transact(ctx, func() error {
		_, err := d.write.conn.ExecContext(ctx, `UPDATE turns SET token = '' WHERE project = ? AND token = ?`, d.turn.Project, d.turn.token)
		return err
	})
}
