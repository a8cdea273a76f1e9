package directory_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
)

// acme is an organization with ann in a project and ben beside it.
const acme = `{"organizations":[{"name":"acme",
	"users":[{"login":"ann@example.com","first_name":"Ann"},{"login":"ben@example.com"}],
	"projects":[{"id":"p1","roles":["admin","viewer"],"groups":["Sales"],
		"members":[{"login":"ann@example.com","roles":["admin"],"status":"enabled","groups":["Sales"]}]}]}]}`

const ann brick.Login = "ann@example.com"

var p1 = brick.Project("p1")

// frozen fails the test when a folder is not, at its end, byte for byte what
// it was.
func frozen(t *testing.T, dir string) {
	t.Helper()
	before := snapshot(t, dir)
	t.Cleanup(func() {
		after := snapshot(t, dir)
		for name, text := range after {
			if old, ok := before[name]; !ok || !bytes.Equal(old, text) {
				t.Errorf("%s is new or has changed", name)
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d files, there were %d", len(after), len(before))
		}
	})
}

func snapshot(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// seedFile writes a document to a folder of its own.
func seedFile(t *testing.T, document string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func dump(t *testing.T, d *directory.Directory) string {
	t.Helper()
	var b strings.Builder
	if err := d.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// apply does one change of project p1.
func apply(d *directory.Directory, action brick.Action, m brick.Member) error {
	return d.Apply(context.Background(), p1, []brick.Change{{Action: action, After: &m}})[0]
}

func TestReadingLeavesEveryByteAsItWas(t *testing.T) {
	for _, readOnly := range []bool{true, false} {
		path := create(t, acme)
		frozen(t, filepath.Dir(path))
		d := openAt(t, path, directory.Options{ReadOnly: readOnly})
		if text := dump(t, d); !strings.Contains(text, string(ann)) {
			t.Errorf("dump is %s", text)
		}
		for _, err := range d.List(context.Background(), p1) {
			if err != nil {
				t.Error(err)
			}
		}
		if _, err := d.Roles(context.Background(), p1); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestIdleAndRefusedChangesLeaveEveryByteAsItWas(t *testing.T) {
	path := create(t, acme)
	frozen(t, filepath.Dir(path))
	d := openAt(t, path, directory.Options{})
	defer d.Close()
	if err := apply(d, brick.Add, brick.Member{Login: ann, Roles: []string{"admin"}}); err != nil {
		t.Error(err)
	}
	if err := apply(d, brick.Add, brick.Member{Login: ann, Roles: []string{"boss"}}); brick.KindOf(err) != brick.NotFound {
		t.Error(err)
	}
}

func TestWritingLeavesOneFileBehind(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{})
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
}

func TestReadOnlyDirectoryRefusesChanges(t *testing.T) {
	path := create(t, acme)
	frozen(t, filepath.Dir(path))
	d := openAt(t, path, directory.Options{ReadOnly: true})
	defer d.Close()
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); brick.KindOf(err) != brick.Forbidden {
		t.Errorf("change ends with %v", err)
	}
	if err := d.CreateGroup(context.Background(), p1, "Board"); brick.KindOf(err) != brick.Forbidden {
		t.Errorf("CreateGroup ends with %v", err)
	}
	if err := d.Load(context.Background(), "x", strings.NewReader(`{}`)); brick.KindOf(err) != brick.Forbidden {
		t.Errorf("Load ends with %v", err)
	}
}

func TestMissingDirectoryIsAnErrorThatSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	frozen(t, dir)
	for _, readOnly := range []bool{true, false} {
		_, err := directory.Open(context.Background(), directory.Options{Path: filepath.Join(dir, "users.db"), ReadOnly: readOnly})
		if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "directory init") {
			t.Errorf("error is %v", err)
		}
	}
}

func TestSeedFillsADirectoryThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.db")
	d := openAt(t, path, directory.Options{Seed: seedFile(t, acme)})
	seeded := dump(t, d)
	d.Close()
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 || !strings.Contains(seeded, string(ann)) {
		t.Errorf("%d files, dump %s", len(files), seeded)
	}
	d = openAt(t, path, directory.Options{Seed: seedFile(t, `{}`)})
	defer d.Close()
	if dump(t, d) != seeded {
		t.Error("the seed of a directory that is there is not ignored")
	}
}

func TestReadOnlySeedIsReadWithoutAFile(t *testing.T) {
	dir := t.TempDir()
	frozen(t, dir)
	d := openAt(t, filepath.Join(dir, "users.db"), directory.Options{Seed: seedFile(t, acme), ReadOnly: true})
	defer d.Close()
	want := openAt(t, create(t, acme), directory.Options{})
	defer want.Close()
	if dump(t, d) != dump(t, want) {
		t.Errorf("dump is %s", dump(t, d))
	}
}

func TestWrongSeedLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	frozen(t, dir)
	for _, readOnly := range []bool{true, false} {
		_, err := directory.Open(context.Background(), directory.Options{
			Path: filepath.Join(dir, "users.db"), Seed: seedFile(t, `{"organisations":[]}`), ReadOnly: readOnly,
		})
		if brick.KindOf(err) != brick.BadInput {
			t.Errorf("error is %v", err)
		}
	}
}

func TestCreateSparesAFileThatIsThere(t *testing.T) {
	path := create(t, acme)
	frozen(t, filepath.Dir(path))
	err := directory.Create(context.Background(), path, "users.json", strings.NewReader(`{}`))
	if brick.KindOf(err) != brick.BadInput || !errors.Is(err, fs.ErrExist) {
		t.Errorf("error is %v", err)
	}
}

func TestOfSeveralWhoMakeOneDirectoryOneDoes(t *testing.T) {
	for range 10 {
		path := filepath.Join(t.TempDir(), "users.db")
		var crew sync.WaitGroup
		var made atomic.Int64
		for range 8 {
			crew.Go(func() {
				switch err := directory.Create(context.Background(), path, "seed", strings.NewReader(acme)); {
				case err == nil:
					made.Add(1)
				case !errors.Is(err, fs.ErrExist):
					t.Error(err)
				}
			})
		}
		crew.Wait()
		if made.Load() != 1 {
			t.Errorf("%d made the directory", made.Load())
		}
		if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
			t.Errorf("%d files are left", len(files))
		}
	}
}

func TestStrangeFilesAreRefusedAndSpared(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	execAt(t, foreign, "CREATE TABLE organizations (id)")
	newer := create(t, acme)
	execAt(t, newer, "PRAGMA user_version = 2")
	for name, content := range map[string][]byte{
		"empty": {}, "short": []byte("SQLite format 3\x00"), "text": bytes.Repeat([]byte("login,role\n"), 50),
		"other sqlite database": read(t, foreign), "newer version": read(t, newer),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "users.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			frozen(t, filepath.Dir(path))
			_, err := directory.Open(context.Background(), directory.Options{Path: path, Seed: seedFile(t, acme), Now: noon})
			if brick.KindOf(err) != brick.BadInput {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestFolderIsNoDirectory(t *testing.T) {
	_, err := directory.Open(context.Background(), directory.Options{Path: t.TempDir()})
	if brick.KindOf(err) != brick.BadInput {
		t.Errorf("error is %v", err)
	}
}

func TestPathsMayHoldAnyCharacter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%41&mode=ro.db")
	if err := directory.Create(context.Background(), path, "users.json", strings.NewReader(acme)); err != nil {
		t.Fatal(err)
	}
	d := openAt(t, path, directory.Options{})
	defer d.Close()
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); err != nil {
		t.Error(err)
	}
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files", len(files))
	}
}

// TestInterruptedWriteIsRolledBack copies the file in the middle of a
// transaction that has reached the disk, as a power cut would leave it.
func TestInterruptedWriteIsRolledBack(t *testing.T) {
	for _, readOnly := range []bool{true, false} {
		path := create(t, acme)
		want := openAt(t, path, directory.Options{})
		intact := dump(t, want)
		want.Close()
		crashed := filepath.Join(t.TempDir(), "users.db")
		crash(t, path, crashed)
		d := openAt(t, crashed, directory.Options{ReadOnly: readOnly})
		if got := dump(t, d); got != intact {
			t.Errorf("after the crash: %s", got)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if files := snapshot(t, filepath.Dir(crashed)); len(files) != 1 {
			t.Errorf("%d files are left", len(files))
		}
	}
}

// crash copies a database and its journal while members are being deleted.
func crash(t *testing.T, path, into string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	// A tiny cache makes SQLite write changed pages before the commit.
	for _, statement := range []string{
		"PRAGMA cache_size = 1", "PRAGMA cache_spill = 1", "BEGIN IMMEDIATE", "DELETE FROM members", "DELETE FROM accounts",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO organizations (name) SELECT 'org' || i FROM n",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if before := read(t, path); len(read(t, path+"-journal")) == 0 || len(before) == 0 {
		t.Fatal("the transaction has not reached the disk")
	}
	for from, to := range map[string]string{path: into, path + "-journal": into + "-journal"} {
		if err := os.WriteFile(to, read(t, from), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherWriterMakesChangesUnavailable(t *testing.T) {
	path := create(t, acme)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	d := openAt(t, path, directory.Options{Wait: 10 * time.Millisecond})
	defer d.Close()
	before := dump(t, d)
	if _, err := other.Exec("BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); brick.KindOf(err) != brick.Unavailable {
		t.Errorf("change ends with %v", err)
	}
	for _, err := range d.List(context.Background(), p1) {
		if brick.KindOf(err) != brick.Unavailable {
			t.Errorf("listing ends with %v", err)
		}
	}
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if dump(t, d) != before {
		t.Error("something was done")
	}
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); err != nil {
		t.Errorf("once the other has ended, the change ends with %v", err)
	}
}

func TestTwoDirectoriesOnOneFileTakeTurns(t *testing.T) {
	path := create(t, acme)
	one, two := openAt(t, path, directory.Options{}), openAt(t, path, directory.Options{})
	defer one.Close()
	defer two.Close()
	for range 20 {
		if err := apply(one, brick.Disable, brick.Member{Login: ann}); err != nil {
			t.Fatal(err)
		}
		if err := apply(two, brick.Enable, brick.Member{Login: ann}); err != nil {
			t.Fatal(err)
		}
	}
	if dump(t, one) != dump(t, two) {
		t.Error("the two see different contents")
	}
}

// execAt runs a statement on a database file.
func execAt(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
