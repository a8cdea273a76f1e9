package directory

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver named sqlite

	"users-brick/brick"
	"users-brick/brick/platform"
)

// Options say which directory to open, and how.
type Options struct {
	Path     string           // the database file
	Seed     string           // a document that fills a database that is not there yet; may be empty
	ReadOnly bool             // write nothing, not even a database that is not there
	RunID    string           // whom the audit names
	TempDir  string           // where a dump goes that does not fit into memory; empty means os.TempDir
	Now      func() time.Time // for the audit and the turn; required unless ReadOnly
	// Wait is how long a call waits for another program that uses the file,
	// before it gives up as Unavailable; 0 means 5 seconds.
	Wait time.Duration
	// Turn keeps runs apart. Without one nobody is waited for, and nobody
	// waits. With one, Now is required.
	Turn *Turn
}

// Directory is an open directory. It is a [platform.Driver] with roles,
// groups, projects and clients.
type Directory struct {
	run  string
	temp string
	now  func() time.Time
	read *sql.DB

	// lock keeps readers and the writer of this process from meeting in the
	// file, where they could only wait for each other by trying again.
	lock  sync.RWMutex
	write *writer // nil when read-only
	wait  time.Duration
	file  string // the path; empty when the directory is in memory only
	hold  *sql.DB

	turn     *Turn          // nil when runs are not kept apart
	renewing chan struct{}  // ends renewer; nil until our turn has begun
	renewer  sync.WaitGroup // of the goroutine that prolongs the turn
}

var (
	_ platform.Driver   = (*Directory)(nil)
	_ platform.Roles    = (*Directory)(nil)
	_ platform.Groups   = (*Directory)(nil)
	_ platform.Projects = (*Directory)(nil)
	_ platform.Clients  = (*Directory)(nil)
)

// Open opens the directory at o.Path. If there is none, it is made from the
// seed; without a seed that is an error of kind BadInput. A read-only
// directory that is not there lives in memory, filled from the seed, and
// nothing is written. A file that is something else is refused with kind
// BadInput and stays as it is. Of a database that exists the seed is ignored.
//
// What a crashed writer left half done in the file is rolled back even when
// the directory is read-only: otherwise it could not be read.
//
// When o.Turn is set and it is the turn of another run, that is an error of
// kind Locked.
func Open(ctx context.Context, o Options) (*Directory, error) {
	d, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := d.look(ctx); err != nil {
		d.Close() // it is only read so far
		return nil, fault("open "+o.Path, err)
	}
	return d, nil
}

// open opens the directory, whosever turn it is.
func open(ctx context.Context, o Options) (*Directory, error) {
	o.Wait = cmp.Or(o.Wait, 5*time.Second)
	err := inspect(o.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.Seed == "":
		return nil, &brick.Error{
			Kind: brick.BadInput, Op: "open " + o.Path, Err: errors.New("there is no such directory"),
			Hint: "make one with users-brick directory init, or give a seed",
		}
	case errors.Is(err, fs.ErrNotExist) && o.ReadOnly:
		return openSeed(ctx, o)
	case errors.Is(err, fs.ErrNotExist):
		if err := createFromSeed(ctx, o); err != nil {
			return nil, err
		}
	case err != nil:
		if _, known := errors.AsType[*brick.Error](err); known {
			return nil, err
		}
		return nil, &brick.Error{Kind: brick.BadInput, Op: "open directory", Err: err, Hint: "check that the path names a file that may be read"}
	}
	return openFile(ctx, o)
}

// createFromSeed makes the database from the seed. That another program makes
// it at the same time is as good.
func createFromSeed(ctx context.Context, o Options) error {
	f, err := openDocument(o.Seed)
	if err != nil {
		return err
	}
	defer f.Close()
	err = Create(ctx, o.Path, o.Seed, f)
	if errors.Is(err, fs.ErrExist) {
		return inspect(o.Path)
	}
	return err
}

// openDocument opens the seed for reading.
func openDocument(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "read seed", Err: err, Hint: "check the platform's param seed"}
	}
	return f, nil
}

// openFile opens a database that exists.
func openFile(ctx context.Context, o Options) (*Directory, error) {
	d := &Directory{run: o.RunID, temp: o.TempDir, now: o.Now, wait: o.Wait, file: o.Path, turn: o.Turn}
	var err error
	if d.read, err = connect(o.Path, "ro", o.Wait); err != nil {
		return nil, err
	}
	if err := d.recover(ctx); err != nil {
		d.read.Close()
		return nil, fault("open "+o.Path, err)
	}
	if o.ReadOnly {
		return d, nil
	}
	if d.write, err = newWriter(ctx, o.Path, o.Wait); err != nil {
		d.read.Close()
		return nil, fault("open "+o.Path, err)
	}
	return d, nil
}

// openSeed opens a directory in memory that holds what the seed describes.
func openSeed(ctx context.Context, o Options) (*Directory, error) {
	f, err := openDocument(o.Seed)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// A database of this file system lives as long as one connection to it.
	name := "file:/" + rand.Text() + "?vfs=memdb"
	hold, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	hold.SetMaxOpenConns(1)
	if err := build(ctx, hold, o.Seed, f); err != nil {
		hold.Close()
		return nil, fault("read "+o.Seed, err)
	}
	read, err := sql.Open("sqlite", name)
	if err != nil {
		hold.Close()
		return nil, err
	}
	return &Directory{run: o.RunID, temp: o.TempDir, now: o.Now, wait: o.Wait, turn: o.Turn, read: read, hold: hold}, nil
}

// connect opens a pool of connections to a database file.
func connect(path, mode string, wait time.Duration) (*sql.DB, error) {
	name, err := dsn(path, mode, wait)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// readers is how many listings may look at the file at once.
const readers = 4

// recover reads once. Where a crash left a journal that only a writer may
// roll back, a writer does so.
func (d *Directory) recover(ctx context.Context) error {
	err := d.read.QueryRowContext(ctx, "SELECT count(*) FROM organizations").Scan(new(int64))
	if !isHotJournal(err) {
		return err
	}
	db, err := connect(d.file, "rw", d.wait)
	if err != nil {
		return err
	}
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM organizations").Scan(new(int64))
	return errors.Join(err, db.Close())
}

// Features says that a call may carry 500 changes and that as many calls at
// once as there are readers are useful.
func (d *Directory) Features() platform.Features {
	return platform.Features{Batch: 500, Concurrency: readers}
}

// Close closes the file. Nothing is left beside it.
func (d *Directory) Close() error {
	d.giveBack()
	d.lock.Lock()
	defer d.lock.Unlock()
	var errs []error
	if d.write != nil {
		errs = append(errs, d.write.close())
	}
	errs = append(errs, d.read.Close())
	if d.hold != nil {
		errs = append(errs, d.hold.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close directory: %w", err)
	}
	return nil
}
