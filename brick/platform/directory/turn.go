package directory

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
)

// Turn is a run's turn with a directory: it keeps runs apart that share the
// file, but neither a machine nor a folder of locks. One Turn serves all that
// one run opens, one after another.
//
// A run that changes nothing leaves every byte of the file as it was. So who
// opens the directory only looks whether it is somebody else's turn, and its
// own begins with the transaction that changes something first, provided that nobody else
// has had one since the look: what was read until then would be stale. Every
// further transaction makes sure that the turn lasts, and prolongs it; between
// them a goroutine does, until the directory is closed.
//
// A turn that is not prolonged any more is over after its lease, and the next
// run may have its own. Whose turn was taken over can write nothing more. Whether
// a lease is over the clocks of two machines may see differently. So who finds
// one over does not act on what he read when it is prolonged after all, and who
// waits takes it for over, too, when he has seen it stand still for as long.
type Turn struct {
	Owner   lock.Owner     // Started and Renewed are not used
	Project string         // the only project that the run touches; empty for all
	Fleet   string         // names the run of which this is a shard, which does not exclude its other shards; empty for none
	Shard   string         // which of them; Project is empty then
	Place   string         // of the run's lock, see [lock.Ended]
	Lease   time.Duration  // 0 means [lock.Lease]
	Wait    *lock.Patience // for the turn of another run when the directory is opened first; nil does not wait

	// Gone hears, once the run's turn has begun, whose turn was taken over, if
	// there was one; it may be nil.
	Gone func(lock.Owner)

	looked bool
	token  string // tells this process from another one that goes on with the same run
	seen   mark   // how far others had come when it was looked
	next   int64  // the number of our own turn while it begins
	own    int64  // and once it has begun
	still  silence
}

// judge returns an error of kind Locked when it is somebody else's turn, and
// otherwise how far the turns have come and the run that left its own without
// giving it back.
func (t *Turn) judge(turns []turnRow, path string, now time.Time) (m mark, gone *lock.Owner, err error) {
	for i := range turns {
		row := &turns[i]
		if row.token == t.token && t.token != "" || row.turn == t.own {
			continue
		}
		m.add(row)
		switch {
		case row.token == "":
		case now.Before(row.until) && !lock.Ended(row.place, t.Place) && !t.still.longerThan(t.lease(), row):
			row.owner.Renewed = now
			err = cmp.Or(err, lock.Held(path, row.owner, now))
		default:
			gone = &row.owner
		}
	}
	return m, gone, err
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
		t.token, t.still = rand.Text(), silence{}
	}
	patience := t.Wait
	if patience == nil || t.looked {
		patience = &lock.Patience{}
	}
	var now mark
	err := patience.Try(ctx, func() error {
		turns, err := t.beside(ctx, d.read)
		if err == nil {
			now, _, err = t.judge(turns, d.file, d.now())
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case t.looked && now.beyond(t.seen):
		return stale(d.file)
	case !t.looked:
		t.looked, t.seen = true, now
	}
	return nil
}

// inTurn runs work in one transaction, provided that it is the run's turn:
// one that has begun is prolonged, and otherwise it begins with what work
// changes. Work that changes nothing leaves no trace.
func (d *Directory) inTurn(ctx context.Context, work func() error) error {
	switch {
	case d.turn == nil:
		return d.write.transact(ctx, work)
	case d.renewing != nil:
		return d.write.transact(ctx, func() error {
			if err := d.prolong(ctx); err != nil {
				return err
			}
			return work()
		})
	}
	var gone *lock.Owner
	begins := false
	err := d.write.transact(ctx, func() (err error) {
		if gone, err = d.free(ctx); err != nil {
			return err
		}
		before, err := d.write.changes(ctx)
		if err != nil {
			return err
		}
		if err := work(); err != nil {
			return err
		}
		after, err := d.write.changes(ctx)
		if err != nil || before == after {
			return err
		}
		begins = true
		return d.begin(ctx)
	})
	if err == nil && begins {
		d.begun(gone)
	}
	return err
}

// free makes sure within a transaction that the run's turn may begin, and
// returns the run whose turn it ends, if there is one.
func (d *Directory) free(ctx context.Context) (gone *lock.Owner, err error) {
	turns, err := d.turn.beside(ctx, d.write.conn)
	if err != nil {
		return nil, err
	}
	now, gone, err := d.turn.judge(turns, d.file, d.now())
	if err == nil && now.beyond(d.turn.seen) {
		err = stale(d.file)
	}
	return gone, err
}

// changes returns how many rows the connection has changed so far.
func (w *writer) changes(ctx context.Context) (n int64, err error) {
	err = w.conn.QueryRowContext(ctx, "SELECT total_changes()").Scan(&n)
	return n, err
}

// begin begins the run's turn within a transaction.
func (d *Directory) begin(ctx context.Context) error {
	t, c, now := d.turn, d.write.conn, d.now()
	name, fleet := t.names()
	if _, err := c.ExecContext(ctx, turnsTable); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, `UPDATE turns SET token = '' WHERE `+overlapping, name, fleet); err != nil {
		return err
	}
	return c.QueryRowContext(ctx, `INSERT OR REPLACE INTO turns (project, turn, token, run, host, pid, program, place, started, until)
		VALUES (?, (SELECT 1 + coalesce(max(turn), 0) FROM turns), ?, ?, ?, ?, ?, ?, ?, ?) RETURNING turn`,
		name, t.token, t.Owner.RunID, t.Owner.Host, t.Owner.PID, t.Owner.Program, t.Place, now.UnixMilli(), now.Add(t.lease()).UnixMilli(),
	).Scan(&t.next)
}

// begun notes that the transaction with which the turn began is done, and
// sees to it that the turn lasts.
func (d *Directory) begun(gone *lock.Owner) {
	d.turn.own, d.turn.seen.turn = d.turn.next, d.turn.next
	if gone != nil && d.turn.Gone != nil {
		d.turn.Gone(*gone)
	}
	d.renewing = make(chan struct{})
	d.renewer.Go(d.keepTurn)
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
	name, _ := t.names()
	done, err := d.write.conn.ExecContext(ctx, `UPDATE turns SET until = ? WHERE project = ? AND token = ?`,
		d.now().Add(t.lease()).UnixMilli(), name, t.token)
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
	name, _ := d.turn.names()
	_ = d.write.transact(ctx, func() error {
		_, err := d.write.conn.ExecContext(ctx, `UPDATE turns SET token = '' WHERE project = ? AND token = ?`, name, d.turn.token)
		return err
	})
}
