package main

import (
	"bufio"
	"bytes"
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
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

// fleet is a platform across the net, with a file that changes some of it.
type fleet struct {
	name        string
	sizes       []int // members of each project
	update      int   // one member in so many gets another role
	disable     int   // one member in so many is missing in the file
	latency     time.Duration
	capacity    int // requests at once that the platform takes; 0 means all
	concurrency int // requests at once that users-brick may send
}

// crossing is what a run over the net took.
type crossing struct {
	fleet
	figure
	fewest     int64 // requests without which it cannot be done
	sent       int64
	throttled  int
	took       time.Duration // by an answer, the median as the platform sees it
	busy       time.Duration // from the first request behind the login to the last answer before the logout
	limit      time.Duration // that nobody can go below
	efficiency float64
}

// fleets are what is measured.
func fleets() []fleet {
	const latency = 100 * time.Millisecond
	return []fleet{
		{"1,000 projects of 100 members", uniform(1000, 100), 100, 100, latency, 0, 32},
		{"1,000 projects, 100,000 members by Zipf's law", zipf(1000, 100_000), 100, 100, latency, 0, 32},
		{"one project of 100,000 members, all of them changed", uniform(1, 100_000), 1, 100, latency, 0, 32},
		{"one project of 100,000 members, 30,000 changes", uniform(1, 100_000), 5, 10, latency, 0, 32},
		{"2,000 projects of 20 members; 429 above 64 at once", uniform(2000, 20), 10, 10, latency, 64, 512},
	}
}

func uniform(projects, members int) []int {
	sizes := make([]int, projects)
	for i := range sizes {
		sizes[i] = members
	}
	return sizes
}

// zipf gives the k-th project a share of 1/k.
func zipf(projects, members int) []int {
	sum := 0.0
	for k := 1; k <= projects; k++ {
		sum += 1 / float64(k)
	}
	sizes := make([]int, projects)
	for i := range sizes {
		sizes[i] = max(1, int(float64(members)/sum/float64(i+1)))
	}
	return sizes
}

// fewest counts the requests of a run: login and logout; for every project
// its description, its roles and its pages, a full last page followed by an
// empty one; and a hundred people to each request that changes something, who
// are given something apart from those from whom something is taken.
func (f *fleet) fewest() int64 {
	n := int64(2)
	for _, size := range f.sizes {
		updated, disabled := f.changes(size)
		n += int64(2 + size/1000 + 1 + (updated+99)/100 + (disabled+99)/100)
	}
	return n
}

// atOnce returns how many requests can be under way: as many as users-brick
// may send and the platform takes.
func (f *fleet) atOnce() int {
	if f.capacity > 0 {
		return min(f.concurrency, f.capacity)
	}
	return f.concurrency
}

// changes returns how many of the members of a project change.
func (f *fleet) changes(size int) (updated, disabled int) {
	for i := range size {
		switch f.fate(i) {
		case updates:
			updated++
		case disables:
			disabled++
		}
	}
	return updated, disabled
}

// What becomes of a member.
const (
	stays = iota
	updates
	disables
)

func (f *fleet) fate(i int) int {
	switch {
	case i%f.disable == 1:
		return disables
	case i%f.update == 0:
		return updates
	}
	return stays
}

const (
	robot         = "robot@example.com"
	robotPassword = "Bench-7qX!by-night"
)

// state is the platform before the run: everybody is a viewer.
func (f *fleet) state() gooddatatest.State {
	o := gooddatatest.Organization{Name: "acme"}
	for i := range slices.Max(f.sizes) {
		o.Users = append(o.Users, gooddatatest.Account{Login: login(i), FirstName: "First", LastName: "Last", Email: login(i)})
	}
	o.Users = append(o.Users, gooddatatest.Account{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword, Admin: true})
	for p, size := range f.sizes {
		project := gooddatatest.Project{ID: project(p, len(f.sizes))}
		for i := range size {
			project.Members = append(project.Members, gooddatatest.Member{Login: login(i), Roles: []string{"readOnlyUserRole"}})
		}
		o.Projects = append(o.Projects, project)
	}
	return gooddatatest.State{Organizations: []gooddatatest.Organization{o}}
}

// users writes the file of the run.
func (f *fleet) users(w io.Writer) {
	fmt.Fprintln(w, "project_id,login,role")
	for p, size := range f.sizes {
		for i := range size {
			switch f.fate(i) {
			case disables:
			case updates:
				fmt.Fprintf(w, "%s,%s,editor\n", project(p, len(f.sizes)), login(i))
			default:
				fmt.Fprintf(w, "%s,%s,viewer\n", project(p, len(f.sizes)), login(i))
			}
		}
	}
}

// crossingRounds is how often a run over the net is measured; that of median
// efficiency counts.
const crossingRounds = 3

// crossings measures runs over the net, each against a platform in a process
// of its own.
func (b *bench) crossings() error {
	for i, f := range fleets() {
		var all []crossing
		for range crossingRounds {
			c, err := b.cross(i, f)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			all = append(all, c)
		}
		slices.SortFunc(all, func(a, b crossing) int { return cmp.Compare(a.efficiency, b.efficiency) })
		b.remote = append(b.remote, all[len(all)/2])
	}
	return nil
}

func (b *bench) cross(number int, f fleet) (crossing, error) {
	c := crossing{fleet: f, fewest: f.fewest()}
	dir, err := os.MkdirTemp(b.dir, "fleet-*")
	if err != nil {
		return c, err
	}
	file := filepath.Join(dir, "users.csv")
	if err := writeFile(file, f.users); err != nil {
		return c, err
	}
	server, err := b.serve(number)
	if err != nil {
		return c, err
	}
	report, err := b.crossed(&c, file, server.address)
	other, broken := server.end()
	if err = errors.Join(err, broken); err != nil {
		return c, err
	}
	c.sent, c.throttled, c.busy, c.took = report.Calls, other.Throttled, other.Busy, other.Latency
	work := (c.cpu + other.CPU) / time.Duration(runtime.NumCPU()) // they share the machine
	c.limit = max(time.Duration(c.fewest-other.Logins)*c.took/time.Duration(f.atOnce()), 3*c.took, work)
	c.efficiency = c.limit.Seconds() / c.busy.Seconds()
	return c, nil
}

// crossed runs users-brick against the platform at an address.
func (b *bench) crossed(c *crossing, file, address string) (report struct {
	Outcome string `json:"outcome"`
	Calls   int64  `json:"platform_calls"`
}, err error) {
	params, err := json.Marshal(map[string]any{
		"sync_mode":    "sync_multiple_projects_based_on_pid",
		"input_source": map[string]string{"type": "file", "path": file},
		"platform":     map[string]string{"type": "gooddata", "url": address, "username": robot, "password": robotPassword},
		"max_removals": "50%",
	})
	if err != nil {
		return report, err
	}
	cmd := exec.Command(b.program, "run", "--format", "json", "-")
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(params), &out, &said
	cmd.Env = append(os.Environ(), "BRICK_LOG_LEVEL=warn", "BRICK_RUN_DIR=none", fmt.Sprintf("BRICK_CONCURRENCY=%d", c.concurrency))
	started := time.Now()
	err = cmd.Run()
	c.wall = time.Since(started)
	if err != nil {
		return report, fmt.Errorf("%w\n%s", err, said.String())
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.memory = peak(cmd)
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		return report, err
	}
	if report.Outcome != "converged" {
		return report, fmt.Errorf("the run ended %s", report.Outcome)
	}
	return report, nil
}

// platformProcess is a platform in another process. It ends when its standard
// input does, and says then how much it was asked.
type platformProcess struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	stdout  *bufio.Reader
	address string
}

// serve starts the platform of a fleet. It makes its state by itself, since
// the peak memory of a process counts that of the one that starts it.
func (b *bench) serve(number int) (*platformProcess, error) {
	p := &platformProcess{cmd: exec.Command(b.self, "-serve", strconv.Itoa(number))}
	p.cmd.Stderr = os.Stderr
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.stdout.ReadString('\n')
	p.address = strings.TrimSpace(line)
	return p, err
}

func (p *platformProcess) end() (s served, err error) {
	p.stdin.Close()
	err = json.NewDecoder(p.stdout).Decode(&s)
	return s, errors.Join(err, p.cmd.Wait())
}

// serveOnly is the other end: it serves a fleet until standard input ends.
func serveOnly(number int) error {
	f := fleets()[number]
	server, err := gooddatatest.New(f.state(), gooddatatest.Faults{Latency: f.latency / 2, Answer: f.latency, Capacity: f.capacity})
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // it shares the machine with what is measured
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	seen := &watch{platform: server}
	web := &http.Server{Handler: seen, ReadHeaderTimeout: time.Minute}
	go web.Serve(listener)
	before := cpuTime()
	fmt.Println("http://" + listener.Addr().String())
	io.Copy(io.Discard, os.Stdin)
	err = web.Close()
	said := seen.sum()
	said.Throttled, said.CPU = server.Counts().Throttled, cpuTime()-before
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(said))
}

// cpuTime returns what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
