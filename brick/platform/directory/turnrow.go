package directory

import (
	"context"
	"database/sql"
	"time"

	"users-brick/brick/lock"
)

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
