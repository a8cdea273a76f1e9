package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench measures.
type bench struct {
	rows, projects, pairs int

	only string // "", "local", "remote" or "scale"

	scaleRows int
	scaled    []scaled
	parts     parts

	dir     string
	program string // users-brick, built for the occasion
	self    string
	data    *data
	ratio   float64
	figures []figure
	remote  []crossing
}

// figure is what one process used.
type figure struct {
	name   string
	wall   time.Duration
	cpu    time.Duration
	memory int64 // peak, in bytes
	items  int   // rows or changes
	what   string
}

func (b *bench) main(out string) error {
	dir, err := os.MkdirTemp("", "users-brick-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	b.program = filepath.Join(dir, "users-brick")
	build := exec.Command("go", "build", "-o", b.program, "./cmd/users-brick")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	for _, part := range []struct {
		name    string
		measure func() error
	}{{"local", b.local}, {"scale", b.scale}, {"remote", b.crossings}} {
		if b.only != "" && b.only != part.name {
			continue
		}
		if err := part.measure(); err != nil {
			return err
		}
	}
	text := b.markdown()
	fmt.Print(text)
	if out == "" {
		return nil
	}
	if len(b.scaled) > 0 {
		if err := b.drawScale(strings.TrimSuffix(out, ".md") + ".svg"); err != nil {
			return err
		}
	}
	return os.WriteFile(out, []byte(text), 0o644)
}

// local measures what happens on this machine.
func (b *bench) local() (err error) {
	if b.data, err = makeData(b.dir, b.rows, b.projects); err != nil {
		return err
	}
	if b.ratio, err = b.readers(); err != nil {
		return err
	}
	if err := b.measureParts(); err != nil {
		return err
	}
	return b.runs()
}

// measure runs a process to its end.
func (b *bench) measure(name string, items int, what string, command string, args ...string) (figure, error) {
	cmd := exec.Command(command, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	cmd.Env = append(os.Environ(), "BRICK_LOG_LEVEL=warn", "LC_ALL=C", "BRICK_RUN_DIR=none")
	started := time.Now()
	err := cmd.Run()
	f := figure{name: name, wall: time.Since(started), items: items, what: what}
	if cmd.ProcessState == nil {
		return f, err
	}
	f.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	f.memory = peak(cmd)
	if err != nil {
		return f, fmt.Errorf("%s %v: %w\n%s", command, args, err, said.String())
	}
	return f, nil
}

// readers reads the file in turn as users-brick does and with a bare loop. It
// returns the median ratio of their CPU time, and keeps the median figures.
func (b *bench) readers() (float64, error) {
	var ours, theirs []figure
	var ratios []float64
	for range b.pairs {
		a, err := b.measure("read and type the rows", b.rows, "rows", b.self, "-read", "rows", b.data.file)
		if err != nil {
			return 0, err
		}
		c, err := b.measure("bare `encoding/csv` loop", b.rows, "rows", b.self, "-read", "csv", b.data.file)
		if err != nil {
			return 0, err
		}
		ours, theirs = append(ours, a), append(theirs, c)
		ratios = append(ratios, a.cpu.Seconds()/c.cpu.Seconds())
	}
	b.figures = append(b.figures, median(theirs), median(ours))
	slices.Sort(ratios)
	return ratios[len(ratios)/2], nil
}

func median(figures []figure) figure {
	slices.SortFunc(figures, func(a, b figure) int { return int(a.cpu - b.cpu) })
	return figures[len(figures)/2]
}

// runs measures the program on the directory.
func (b *bench) runs() error {
	db := filepath.Join(b.data.dir, "users.db")
	first, err := b.params("first.json", db, b.data.file)
	if err != nil {
		return err
	}
	second, err := b.params("second.json", db, b.data.changed)
	if err != nil {
		return err
	}
	planned := filepath.Join(b.data.dir, "plan")
	for _, step := range []struct {
		name  string
		items int
		what  string
		args  []string
	}{
		{"load the directory (accounts and projects)", b.rows, "accounts", []string{"directory", "load", b.data.document, "--db", db}},
		{"plan the first run: everybody is added", b.rows, "rows", []string{"plan", first, "--out", planned}},
		{"apply that plan", b.rows, "changes", []string{"apply", planned}},
		{"plan again: nothing to do", b.rows, "rows", []string{"plan", first}},
		{"run with 1 % updated and 1 % disabled", b.rows, "rows", []string{"run", second}},
	} {
		f, err := b.measure(step.name, step.items, step.what, b.program, step.args...)
		if err != nil {
			return err
		}
		b.figures = append(b.figures, f)
	}
	return nil
}

// params writes params for a file and returns their path.
func (b *bench) params(name, db, file string) (string, error) {
	text, err := json.Marshal(map[string]any{
		"sync_mode":    "sync_multiple_projects_based_on_pid",
		"input_source": map[string]string{"type": "file", "path": file},
		"platform":     map[string]string{"type": "directory", "path": db},
	})
	path := filepath.Join(b.data.dir, name)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	return path, err
}

func thousands(n float64) string {
	if n >= 10_000 {
		return fmt.Sprintf("%.0f k", n/1000)
	}
	return fmt.Sprintf("%.0f", n)
}

// peak returns the peak memory of a process that has ended, in bytes.
func peak(cmd *exec.Cmd) int64 {
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss * 1024
}
