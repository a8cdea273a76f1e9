package directory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"users-brick/brick"
)

// A document describes the contents of a directory in JSON:
//
//	{"organizations": [{
//		"name": "acme",
//		"users": [{"login": "ann@example.com", "first_name": "Ann", …}],
//		"projects": [{
//			"id": "p1", "title": "…", "custom_id": "…", "client_id": "…",
//			"data_product": "default", "segment": "…",
//			"roles": ["admin", "viewer"], "groups": ["Sales"],
//			"members": [{"login": "ann@example.com", "roles": ["admin"], "status": "enabled", "groups": ["Sales"]}]
//		}]
//	}]}
//
// A key that is absent is not set; an absent status is enabled. It is read
// strictly: an unknown key, a login, an id or a name that comes twice, a
// member without an account, or one with a role or a group that his project
// does not have, is an error.

// Create makes the directory at path from a document, which errors call
// source. A file that is there already is an error of kind BadInput that is
// fs.ErrExist. The file appears when it is complete, or not at all.
func Create(ctx context.Context, path, source string, document io.Reader) error {
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	temp, err := buildBeside(ctx, path, source, document)
	if err != nil {
		return fault("create "+path, err)
	}
	defer os.Remove(temp)
	err = settle(temp, path)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	return fault("create "+path, err)
}

func exists(path string) error {
	return &brick.Error{
		Kind: brick.BadInput, Op: "create " + path, Err: fs.ErrExist,
		Hint: "users-brick directory load replaces the contents of a directory",
	}
}

// buildBeside makes a database from a document in the folder of path and
// returns its name. After an error nothing is left.
func buildBeside(ctx context.Context, path, source string, document io.Reader) (temp string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", &brick.Error{Kind: brick.BadInput, Err: err, Hint: "check that the folder exists and may be written"}
	}
	temp = f.Name()
	defer func() {
		if err != nil {
			os.Remove(temp)
		}
	}()
	if err := f.Close(); err != nil {
		return "", err
	}
	name, err := dsn(temp, "rw", 0)
	if err != nil {
		return "", err
	}
	// Until it is complete nobody else knows the file, and afterwards it is
	// synced as a whole.
	db, err := sql.Open("sqlite", name+"&_journal_mode=OFF&_sync=OFF")
	if err != nil {
		return "", err
	}
	return temp, errors.Join(build(ctx, db, source, document), db.Close())
}

// Load replaces the contents of the directory by a document, which errors
// call source, in one transaction. The audit stays and gains a row. A wrong
// document is an error of kind BadInput with line and column, and leaves
// every byte of the directory as it was.
func (d *Directory) Load(ctx context.Context, source string, document io.Reader) error {
	if d.write == nil {
		return brick.Errorf(brick.Forbidden, "the directory is open for reading only")
	}
	temp, err := buildBeside(ctx, d.file, source, document)
	if err != nil {
		return fault("load", err)
	}
	defer os.Remove(temp)
	d.lock.Lock()
	defer d.lock.Unlock()
	free := context.WithoutCancel(ctx)
	if err := stopped(ctx); err != nil {
		return err
	}
	if _, err := d.write.conn.ExecContext(free, "ATTACH ? AS loaded", temp); err != nil {
		return fault("load", err)
	}
	err = d.write.transact(free, func() error { return d.replace(free) })
	_, detached := d.write.conn.ExecContext(free, "DETACH loaded")
	return fault("load", errors.Join(err, detached))
}

// replace takes the contents from the attached database.
func (d *Directory) replace(ctx context.Context) error {
	for _, table := range contents {
		replace := fmt.Sprintf("DELETE FROM main.%s; INSERT INTO main.%[1]s SELECT * FROM loaded.%[1]s", table)
		if _, err := d.write.conn.ExecContext(ctx, replace); err != nil {
			return err
		}
	}
	t := &transaction{writer: d.write, ctx: ctx, run: d.run, at: stamp(d.now())}
	if err := t.audit(brick.Scope{}, "", "load", nil, nil); err != nil {
		return err
	}
	return t.flush()
}
