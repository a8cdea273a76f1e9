package file_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/file"
)

// folder returns a directory with files that say their own names. A name that
// ends with / is a directory.
func folder(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(path, 0o700)
		} else if err == nil {
			err = os.WriteFile(path, []byte(name+"\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// readAll returns what the files of a stream have, one text for each. Between
// one and the next it calls between.
func readAll(stream *inputs.Stream, between func()) (texts []string, err error) {
	for {
		text, err := io.ReadAll(stream)
		if err == nil || !strings.Contains(err.Error(), "goes on in another file") {
			return append(texts, string(text)), err
		}
		texts = append(texts, string(text))
		between()
	}
}

func nothing() {}

func TestPatternIsAllFilesItMatchesInOrder(t *testing.T) {
	dir := folder(t, "b.csv", "a.csv", "c.txt", ".d.csv", "10.csv", "9.csv", "x/e.csv", "x/f.csv", "y/e.csv", "z/", "[a].csv", "é.csv")
	for pattern, want := range map[string]string{
		"*.csv":      "10.csv 9.csv [a].csv a.csv b.csv é.csv",
		"?.csv":      "9.csv a.csv b.csv é.csv",
		"[ab].csv":   "a.csv b.csv",
		"[^a-z].csv": "9.csv é.csv",
		".*.csv":     ".d.csv",
		"*/e.csv":    "x/e.csv y/e.csv",
		"[x-z]/*":    "x/e.csv x/f.csv y/e.csv",
		`\[*\].csv`:  "[a].csv",
		"[a].csv":    "[a].csv", // it is there just so
		"x/../a*":    "a.csv",
	} {
		t.Run(pattern, func(t *testing.T) {
			stream := open(t, file.Source{Path: dir + "/" + pattern})
			texts, err := readAll(stream, nothing)
			if got := strings.ReplaceAll(strings.Join(texts, ""), "\n", " "); err != nil || got != want+" " {
				t.Errorf("read %q, want %q, error %v", got, want, err)
			}
		})
	}
}

func TestPatternStartsFromTheWorkingDirectory(t *testing.T) {
	t.Chdir(folder(t, "a.csv", "b/c.csv"))
	for pattern, want := range map[string]string{"*.csv": "a.csv", "./[a].csv": "./a.csv", "*/*.csv": "b/c.csv", "b/../*.csv": "b/../a.csv", `[b]/*`: "b/c.csv"} {
		stream := open(t, file.Source{Path: pattern})
		reader := inputs.NewReader(stream, stream.Name, inputs.Options{Columns: inputs.Columns{Login: filepath.Clean(want)}})
		for _, err := range reader.Rows(t.Context()) {
			if err != nil {
				t.Error(err)
			}
		}
		if files := reader.Files(); stream.Name != pattern || len(files) != 1 || files[0].Name != want {
			t.Errorf("%s: files %v, want %s", stream.Name, files, want)
		}
	}
}

func TestPatternThatCannotBeReadSaysWhatToDo(t *testing.T) {
	dir := folder(t, "a.csv", "b.csv", "c.csv/", "d/e.csv")
	for link, target := range map[string]string{"gone.txt": "nowhere", "away": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]string{
		"*.xls":     "/*.xls: no file matches the pattern; hint: check it",
		"x/*.csv":   "/x/*.csv: no file matches",
		"a.csv/*":   "/a.csv/*: no file matches",
		"*.csv":     "/c.csv: the pattern " + dir + "/*.csv matches this directory; hint: write a pattern that only files match",
		"*.txt":     "/gone.txt: this is a link to nowhere, which is not there; hint: ",
		"*/e.csv":   "/away: this is a link to nowhere, which is not there",
		"gone.txt":  "/gone.txt: this is a link to nowhere",
		"**/*.csv":  "/**/*.csv: ** has no meaning here; hint: write one *",
		"[a.csv":    "/[a.csv: the pattern is broken",
		"*.csv[":    "/*.csv[: the pattern is broken",
		"c.csv":     "/c.csv: this is a directory, not a file; hint: name the CSV file in it, or a pattern such as " + dir + "/c.csv/*.csv",
		"*.csv\x00": "invalid argument",
	} {
		t.Run(pattern, func(t *testing.T) {
			_, err := file.Source{Path: dir + "/" + pattern}.Open(t.Context())
			if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
}

func TestDirectoryThatCannotBeReadIsNotTakenForEmpty(t *testing.T) {
	dir := folder(t, "a/users.csv", "b/users.csv", "c/")
	locked := filepath.Join(dir, "b")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(locked, 0o700) })
	if _, err := os.ReadDir(locked); err == nil {
		t.Skip("this user may read everything")
	}
	for _, pattern := range []string{"*/users.csv", "*/*.csv"} {
		_, err := file.Source{Path: dir + "/" + pattern}.Open(t.Context())
		if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "/b") || !strings.Contains(err.Error(), "let the user") {
			t.Errorf("%s: error %v", pattern, err)
		}
	}
}

func TestLinksAreFollowed(t *testing.T) {
	dir := folder(t, "real/1.csv", "real/2.csv", "links/")
	for link, target := range map[string]string{"links/a.csv": "../real/2.csv", "links/b.csv": "a.csv", "dir": "real"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]string{"links/*.csv": "real/2.csv real/2.csv", "d*/*.csv": "real/1.csv real/2.csv", "links/a.csv": "real/2.csv"} {
		texts, err := readAll(open(t, file.Source{Path: dir + "/" + pattern}), nothing)
		if got := strings.Fields(strings.Join(texts, "")); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: read %v, want %s, error %v", pattern, got, want, err)
		}
	}
}

func TestFilesOfAPatternThatChangeAreRefused(t *testing.T) {
	const before = "while the others were read"
	for name, tt := range map[string]struct {
		change func(dir string) error
		want   string
	}{
		"one comes in front":      {func(dir string) error { return os.WriteFile(dir+"/0.csv", nil, 0o600) }, "0.csv: the file came " + before},
		"one comes at the end":    {func(dir string) error { return os.WriteFile(dir+"/x.csv", nil, 0o600) }, "x.csv: the file came " + before},
		"a read one goes":         {func(dir string) error { return os.Remove(dir + "/a.csv") }, "a.csv: the file was taken away " + before},
		"the last one goes":       {func(dir string) error { return os.Remove(dir + "/c.csv") }, "c.csv: no such file"},
		"a read one grows":        {func(dir string) error { return appendTo(dir+"/a.csv", "more") }, "a.csv: the file was changed " + before},
		"a read one is replaced":  {func(dir string) error { return replace(dir + "/a.csv") }, "a.csv: the file was changed " + before},
		"a later one is touched":  {func(dir string) error { return os.Chtimes(dir+"/c.csv", time.Time{}, time.Unix(1e9, 0)) }, "c.csv: the file was changed while the files before it were read"},
		"a later one is replaced": {func(dir string) error { return replace(dir + "/c.csv") }, "c.csv: the file was changed while the files before it were read"},
		"one becomes a directory": {func(dir string) error { return os.Mkdir(dir+"/d.csv", 0o700) }, "d.csv: the pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, "a.csv", "b.csv", "c.csv")
			n := 0
			_, err := readAll(open(t, file.Source{Path: dir + "/*.csv"}), func() {
				if n++; n == 1 {
					if err := tt.change(dir); err != nil {
						t.Fatal(err)
					}
				}
			})
			if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// replace puts another file with the same size and time in place of one.
func replace(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", make([]byte, info.Size()), 0o600); err != nil {
		return err
	}
	if err := os.Chtimes(path+".new", time.Time{}, info.ModTime()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func TestFileOfAPatternThatBecomesShorterIsRefused(t *testing.T) {
	dir := folder(t, "a.csv", "b.csv")
	stream := open(t, file.Source{Path: dir + "/*.csv"})
	if _, err := io.ReadFull(stream, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(dir+"/a.csv", 3); err != nil {
		t.Fatal(err)
	}
	_, err := readAll(stream, nothing)
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "a.csv: the file had 6 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestPipesOfAPatternAreReadOnce(t *testing.T) {
	dir := folder(t, "b.csv")
	for _, name := range []string{"a.csv", "c.csv"} {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip(err)
		}
		written := make(chan error, 1)
		go func() { written <- os.WriteFile(path, []byte("from "+name+"\n"), 0o600) }()
		t.Cleanup(func() {
			if err := <-written; err != nil {
				t.Error(err)
			}
		})
	}
	texts, err := readAll(open(t, file.Source{Path: dir + "/*.csv"}), nothing)
	if got := strings.Join(texts, ""); err != nil || got != "from a.csv\nb.csv\nfrom c.csv\n" {
		t.Errorf("read %q, error %v", got, err)
	}
}

func TestTooManyFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for i := range 10_001 {
		if err := os.Symlink("nowhere", fmt.Sprintf("%s/%d.csv", dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := file.Source{Path: dir + "/*.csv"}.Open(t.Context())
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "10001 files match the pattern, more than 10000") {
		t.Errorf("error %v", err)
	}
}

// FuzzPattern holds patterns to what the standard library makes of them, names
// that begin with a dot aside.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"*", "*.csv", "?.csv", "[a-b].csv", "[^a]*", `\[c\].csv`, "*/*", "x/../*.csv", ".*", "*/", "a*/", "**", "[", `a\`, "x/[", "./*", "x//*", "*\x00", "*/./e.csv", "./*/././/e*", "*/.", "x/[.]/e.csv"} {
		f.Add(seed)
	}
	dir := folder(f, "a.csv", "b.csv", ".d.csv", "[c].csv", "x/e.csv", "x/.f.csv", "y/z/g.csv")
	f.Fuzz(func(t *testing.T, pattern string) {
		if strings.HasPrefix(pattern, "/") || strings.Contains(pattern, "..") || !strings.ContainsAny(pattern, "*?[") {
			return
		}
		if _, err := os.Lstat(dir + "/" + pattern); err == nil {
			return // it is meant itself
		}
		want, err := filepath.Glob(dir + "/" + withoutDots(pattern))
		broken := err != nil
		stream, err := file.Source{Path: dir + "/" + pattern}.Open(t.Context())
		if err != nil {
			if brick.KindOf(err) != brick.BadInput {
				t.Fatalf("error %v", err)
			}
			return
		}
		defer stream.Close()
		texts, err := readAll(stream, nothing)
		if err != nil || broken || len(texts) > len(want) {
			t.Fatalf("%d files, want %v, error %v", len(texts), want, err)
		}
	})
}

// withoutDots returns a pattern without the parts that mean a directory itself:
// here as in a shell, a dot between slashes, and nothing. The standard library
// looks for files of these names in what a pattern before them matches.
func withoutDots(pattern string) string {
	parts := slices.DeleteFunc(strings.Split(pattern, "/"), func(part string) bool { return part == "" || part == "." })
	return strings.Join(parts, "/")
}
