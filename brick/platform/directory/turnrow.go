package directory

import (
	"context"
	"database/sql"
	"time"

	"users-brick/brick/lock"
)

// turnsTable is made by the run that needs it first. A row is the last turn of
// its project, of a shard, or of a run on the whole directory; its token is
// empty once the turn has been given back.
const turnsTable = `CREATE TABLE IF NOT EXISTS turns (
	project TEXT PRIMARY KEY, -- empty for the whole directory; a line break begins the name of a shard
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

// overlapping is the condition for turns that exclude the one that is named ?1
// and whose run names its shards ?2 and on. No id of a project begins with a
// line break.
const overlapping = `(?1 = '' OR project IN ('', ?1)
	OR ?2 = '' AND substr(project, 1, 1) = char(10)
	OR ?2 <> '' AND substr(project, 1, length(?2)) <> ?2)`

// names returns how the file names the turn, and how the names of all shards
// of its run begin; empty when it is no shard's.
func (t *Turn) names() (name, fleet string) {
	if t.Fleet == "" {
		return t.Project, ""
	}
	fleet = "\n" + t.Fleet + "\n"
	return fleet + t.Shard, fleet
}

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

// beside returns the turns that exclude this one.
func (t *Turn) beside(ctx context.Context, q rowsQuerier) ([]turnRow, error) {
	var there bool
	const exists = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'turns'`
	if err := q.QueryRowContext(ctx, exists).Scan(&there); err != nil || !there {
		return nil, err
	}
	name, fleet := t.names()
	rows, err := q.QueryContext(ctx, `SELECT turn, token, run, host, pid, program, place, started, until FROM turns WHERE `+overlapping, name, fleet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var turns []turnRow
	for rows.Next() {
		var row turnRow
		var started, until int64
		if err := rows.Scan(&row.turn, &row.token, &row.owner.RunID, &row.owner.Host, &row.owner.PID, &row.owner.Program, &row.place, &started, &until); err != nil {
			return nil, err
		}
		row.owner.Started, row.until = time.UnixMilli(started), time.UnixMilli(until)
		turns = append(turns, row)
	}
	return turns, rows.Err()
}
