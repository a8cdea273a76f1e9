package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// shape is how the rows of a large file are spread.
type shape struct {
	name     string
	projects int
	grouped  bool // the rows come project by project
}

// shapes are what is measured.
func shapes() []shape {
	return []shape{
		{"1 project", 1, false},
		{"100 projects", 100, false},
		{"10,000 projects", 10_000, false},
		{"1,000,000 projects", 1_000_000, false},
		{"10,000 projects, sorted by project", 10_000, true},
	}
}

// scaled is what a file of one shape took.
type scaled struct {
	shape
	ours figure // users-brick, up to the first request
	bare figure // a bare loop over encoding/csv
	sort figure // GNU sort; zero when there is none
	plan figure // a whole plan; zero where it was not measured
}

// scale measures files of very many rows, one shape after the other.
func (b *bench) scale() error {
	for _, s := range shapes() {
		one, err := b.scaleOne(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		b.scaled = append(b.scaled, one)
	}
	return nil
}

func (b *bench) scaleOne(s shape) (one scaled, err error) {
	one.shape = s
	dir, err := os.MkdirTemp(b.dir, "scale-*")
	if err != nil {
		return one, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "users.csv")
	if err := writeFile(file, func(w io.Writer) { s.write(w, b.scaleRows) }); err != nil {
		return one, err
	}
	if err := b.besideBare(&one, dir, file); err != nil {
		return one, err
	}
	if one.sort, err = b.gnuSort(dir, file); err != nil {
		return one, err
	}
	if !s.grouped {
		one.plan, err = b.wholePlan(dir, file, s.projects)
	}
	return one, err
}

// scaleRounds is how often users-brick and the bare loop are measured in turn;
// the pair of median ratio counts.
const scaleRounds = 3

// besideBare measures users-brick up to its first request, and a bare loop.
func (b *bench) besideBare(one *scaled, dir, file string) error {
	var pairs [][2]figure
	for range scaleRounds {
		bare, err := b.measure("", b.scaleRows, "rows", b.self, "-read", "csv", file)
		if err != nil {
			return err
		}
		ours, err := b.toFirstRequest(dir, file, b.scaleRows)
		if err != nil {
			return err
		}
		pairs = append(pairs, [2]figure{bare, ours})
	}
	ratio := func(p [2]figure) float64 { return p[1].cpu.Seconds() / p[0].cpu.Seconds() }
	slices.SortFunc(pairs, func(p, q [2]figure) int { return cmp.Compare(ratio(p), ratio(q)) })
	one.bare, one.ours = pairs[scaleRounds/2][0], pairs[scaleRounds/2][1]
	return nil
}

// write writes the file. Unless it is sorted, the next row is always of
// another project.
func (s shape) write(w io.Writer, rows int) {
	step := 7_368_787 % rows
	for gcd(step, rows) != 1 {
		step++
	}
	var line []byte
	io.WriteString(w, "project_id,login,first_name,last_name,role,email,authentication_modes\n")
	for n := range rows {
		i := int(int64(n) * int64(step) % int64(rows))
		project := i % s.projects
		if s.grouped {
			project = n / (rows / s.projects)
		}
		line = appendUser(line[:0], project, i)
		w.Write(line)
	}
}

func appendUser(line []byte, project, i int) []byte {
	mail := fmt.Appendf(nil, "user%08d@example.com", i)
	line = fmt.Appendf(line, "prj-%07d,", project)
	line = append(line, mail...)
	line = fmt.Appendf(line, ",First%d,Last%d,", i%1000, i%977)
	line = append(line, [...]string{"admin,", "editor,", "viewer,"}[i%3]...)
	line = append(line, mail...)
	if i%4 == 0 {
		return append(line, ",\"password, sso\"\n"...)
	}
	return append(line, ",password\n"...)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// toFirstRequest runs users-brick against a platform that refuses the login:
// all that happens before is reading, typing and partitioning the file.
func (b *bench) toFirstRequest(dir, file string, rows int) (figure, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return figure{}, err
	}
	refusing := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	})}
	go refusing.Serve(listener)
	defer refusing.Close()
	params, err := paramsFile(dir, "refused.json", file, map[string]any{
		"type": "gooddata", "url": "http://" + listener.Addr().String(), "username": robot, "password": robotPassword,
	})
	if err != nil {
		return figure{}, err
	}
	f, err := b.measure("", rows, "rows", b.program, "plan", params)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == loginRefused {
		err = nil
	}
	return f, err
}

// loginRefused is the exit code of a run whose login is refused.
const loginRefused = 6

// gnuSort sorts the same file by its first two columns. It understands no
// quotes, and types nothing.
func (b *bench) gnuSort(dir, file string) (figure, error) {
	sort, err := exec.LookPath("sort")
	if err != nil {
		return figure{}, nil
	}
	return b.measure("", b.scaleRows, "rows", sort, "-t,", "-k1,1", "-k2,2", "-S256M", "--parallel=2", "-T", dir, "-o", os.DevNull, file)
}

// wholePlan plans everybody into an embedded directory that has the projects.
func (b *bench) wholePlan(dir, file string, projects int) (figure, error) {
	document, db := filepath.Join(dir, "directory.json"), filepath.Join(dir, "users.db")
	err := writeFile(document, func(w io.Writer) { writeProjects(w, projects) })
	if err == nil {
		_, err = b.measure("load", projects, "projects", b.program, "directory", "load", document, "--db", db)
	}
	if err != nil {
		return figure{}, err
	}
	params, err := paramsFile(dir, "plan.json", file, map[string]any{"type": "directory", "path": db})
	if err != nil {
		return figure{}, err
	}
	return b.measure("", b.scaleRows, "rows", b.program, "plan", params)
}

func writeProjects(w io.Writer, projects int) {
	fmt.Fprint(w, `{"organizations":[{"name":"acme","projects":[`)
	for i := range projects {
		comma(w, i)
		fmt.Fprintf(w, `{"id":"prj-%07d","roles":["admin","editor","viewer"]}`, i)
	}
	fmt.Fprintln(w, `]}]}`)
}

func paramsFile(dir, name, file string, platform map[string]any) (string, error) {
	text, err := json.Marshal(map[string]any{
		"sync_mode":    "sync_multiple_projects_based_on_pid",
		"input_source": map[string]string{"type": "file", "path": file},
		"platform":     platform,
	})
	path := filepath.Join(dir, name)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	return path, err
}

// tellScale writes the table of the large files.
func (b *bench) tellScale(w io.Writer) {
	fmt.Fprintf(w, "\n## %s rows\n\n", grouped(b.scaleRows))
	fmt.Fprint(w, "CPU seconds of whole processes: a bare `encoding/csv` loop over the file; `users-brick` up to its first request,\n"+
		"with everything read, typed, checked and partitioned by project and login (of three such pairs, measured in turn, the\n"+
		"one of median ratio); and GNU `sort -S256M --parallel=2` of the\n"+
		"same file by the same two columns, which understands no quotes. Then a whole plan into an empty directory, in which\n"+
		"everybody is added. `BRICK_MEMORY` is at its default of 256 MiB.\n\n")
	fmt.Fprint(w, "![CPU seconds](benchmarks.svg)\n\n")
	fmt.Fprint(w, "| rows over | bare loop | to the first request | of the bare loop | GNU sort | of GNU sort | peak memory | whole plan, wall s | peak memory |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range b.scaled {
		sorted, share := "–", "–"
		if s.sort.cpu > 0 {
			sorted, share = fmt.Sprintf("%.1f", s.sort.cpu.Seconds()), fmt.Sprintf("**%.2f**", s.ours.cpu.Seconds()/s.sort.cpu.Seconds())
		}
		planned, peak := "–", "–"
		if s.plan.cpu > 0 {
			planned, peak = fmt.Sprintf("%.0f", s.plan.wall.Seconds()), fmt.Sprintf("**%d MiB**", s.plan.memory>>20)
		}
		fmt.Fprintf(w, "| %s | %.1f | %.1f | **%.1f** | %s | %s | %d MiB | %s | %s |\n", s.name, s.bare.cpu.Seconds(), s.ours.cpu.Seconds(),
			s.ours.cpu.Seconds()/s.bare.cpu.Seconds(), sorted, share, s.ours.memory>>20, planned, peak)
	}
}

// grouped writes a number with commas.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// drawScale draws the CPU seconds as bars.
func (b *bench) drawScale(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	chart{scaled: b.scaled}.draw(w)
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
