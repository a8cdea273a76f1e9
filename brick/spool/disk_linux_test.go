package spool_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"users-brick/brick/spool"
)

// openFiles returns the paths under which this process can reach the files of
// a folder that it holds open, nameless ones too.
func openFiles(t *testing.T, dir string) []string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir) // as the kernel names what is open
	if err != nil {
		t.Fatal(err)
	}
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		t.Fatalf("open files cannot be listed: %v", err)
	}
	var files []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, dir) {
			files = append(files, link)
		}
	}
	return files
}

// spill adds records, far more than fit into memory.
func spill(t *testing.T, dir string) *spool.Sorter {
	t.Helper()
	s := spool.New(spool.Options{Memory: 64 << 10, Dir: dir})
	addAll(t, s, people(20_000, 10))
	if len(openFiles(t, dir)) == 0 {
		t.Fatal("nothing was spilled")
	}
	return s
}

func TestNoFileHasANameOrStaysOpen(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	ends := map[string]func(*spool.Sorter){
		"closed before sorting": func(s *spool.Sorter) { s.Close() },
		"reset":                 func(s *spool.Sorter) { s.Reset() },
		"cancelled":             func(s *spool.Sorter) { s.Sort(cancelled) },
		"sorted and closed": func(s *spool.Sorter) {
			sorted, err := s.Sort(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			sorted.Close()
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := spill(t, dir)
			wantEmpty(t, dir)
			end(s)
			wantEmpty(t, dir)
			if open := openFiles(t, dir); len(open) > 0 {
				t.Errorf("%d files are still open", len(open))
			}
		})
	}
}

func TestOnlyTheOwnerMayReadTheFile(t *testing.T) {
	dir := t.TempDir()
	s := spill(t, dir)
	defer s.Close()
	for _, file := range openFiles(t, dir) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("mode is %o, want 600", mode)
		}
	}
}

// damages are what may happen to the bytes of a file.
var damages = map[string]func(file string, size int64) error{
	"cut short": func(file string, size int64) error { return os.Truncate(file, size/2) },
	"emptied":   func(file string, _ int64) error { return os.Truncate(file, 0) },
	"one bit turned": func(file string, size int64) error {
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		b := []byte{0}
		if _, err := f.ReadAt(b, size/2); err != nil {
			return err
		}
		_, err = f.WriteAt([]byte{b[0] ^ 1}, size/2)
		return err
	},
	"overwritten with ones": func(file string, size int64) error {
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt([]byte(strings.Repeat("\xff", 100)), size/2)
		return err
	},
}

func damageAll(t *testing.T, dir string, damage func(string, int64) error) {
	t.Helper()
	files := openFiles(t, dir)
	if len(files) == 0 {
		t.Fatal("no file to damage")
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := damage(file, info.Size()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDamagedRunFailsTheSort(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := spill(t, dir)
			damageAll(t, dir, damage)
			if _, err := s.Sort(t.Context()); err == nil {
				t.Fatal("sorts damaged runs")
			}
			if open := openFiles(t, dir); len(open) > 0 {
				t.Errorf("%d files are still open after the error", len(open))
			}
		})
	}
}

func TestDamagedGroupEndsWithAnError(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			sorted, err := spill(t, dir).Sort(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer sorted.Close()
			damageAll(t, dir, damage)
			failed := 0
			for g := range sorted.Groups() {
				records, err := readGroup(g)
				if err != nil {
					failed++
				} else if int64(len(records)) != g.Len() {
					t.Errorf("group %s: %d of %d records and no error", g.Key(), len(records), g.Len())
				}
			}
			if failed == 0 {
				t.Error("no group tells of the damage")
			}
		})
	}
}

func TestDamagedBufferIsAnError(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := spool.NewBuffer(16, dir)
			defer b.Close()
			b.Write([]byte(strings.Repeat("0123456789", 1000)))
			damageAll(t, dir, damage)
			if _, err := b.WriteTo(new(strings.Builder)); err == nil {
				t.Error("reads a damaged file")
			}
		})
	}
}

// limitFiles lets no file of this process grow over so many bytes, which is
// for a writer what a full disk is.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
}

func TestFullDiskIsAnErrorThatSaysWhere(t *testing.T) {
	in := people(20_000, 10)
	size := uint64(0)
	for _, r := range in {
		size += uint64(len(r.key) + len(r.order) + len(r.value) + 3)
	}
	for name, limit := range map[string]uint64{"while adding": size / 4, "while sorting": size - 1} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			limitFiles(t, limit)
			s := spool.New(spool.Options{Memory: 64 << 10, Dir: dir})
			var err error
			for _, r := range in {
				if err = s.Add(r.key, r.order, []byte(r.value)); err != nil {
					break
				}
			}
			if err == nil {
				_, err = s.Sort(t.Context())
			}
			wantWriteError(t, err, dir)
			if open := openFiles(t, dir); len(open) > 0 {
				t.Errorf("%d files are still open after the error", len(open))
			}
		})
	}
}

// fileOf returns the one file of a folder that this process holds open.
func fileOf(t *testing.T, dir string) os.FileInfo {
	t.Helper()
	files := openFiles(t, dir)
	if len(files) != 1 {
		t.Fatalf("%d files are open", len(files))
	}
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestGroupsThatLieTogetherAreNotCopied(t *testing.T) {
	const groups, size = 200, 100
	for name, c := range map[string]struct {
		key    func(i int) int
		copied bool
	}{
		"group by group":                  {func(i int) int { return i / size }, false},
		"group by group, in no order":     {func(i int) int { return i / size * 77 % groups }, false},
		"a group comes back":              {func(i int) int { return i / size % (groups - 1) }, false},
		"in turn":                         {func(i int) int { return i % groups }, true},
		"group by group, and once more":   {func(i int) int { return i / (size / 2) % groups }, true},
		"one group":                       {func(int) int { return 0 }, true},
		"group by group, then all in one": {func(i int) int { return min(i/size, groups/2) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := spool.New(spool.Options{Memory: 64 << 10, Dir: dir})
			var records []triple
			for i := range groups * size {
				records = append(records, triple{fmt.Sprintf("prj-%04d", c.key(i)), fmt.Sprint(i * 7919 % (groups * size)), "value"})
			}
			addAll(t, s, records)
			before := fileOf(t, dir)
			sorted, err := s.Sort(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer sorted.Close()
			if copied := !os.SameFile(before, fileOf(t, dir)); copied != c.copied {
				t.Errorf("copied: %v", copied)
			}
			slices.SortFunc(records, compareTriples)
			if !slices.Equal(readAll(t, sorted), records) {
				t.Error("the records are not in order")
			}
		})
	}
}
