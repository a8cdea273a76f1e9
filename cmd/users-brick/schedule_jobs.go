package main

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"users-brick/brick"
	"users-brick/brick/schedule"
	"users-brick/params"
)

// docket is what is known of all the params that a schedule works by: which
// there are, when each is due, and which cannot be read.
type docket struct {
	program   *program
	addresses []string                  // as the user named them; "" is BRICK_PARAMS
	since     func(*settings) time.Time // when a job last ran; nil when that is no matter

	looking sync.Mutex // one at a time

	mu      sync.Mutex // guards what follows
	entries []*entry   // in the order of the addresses
	trouble error      // a directory that cannot be listed
}

// entry is one file of params, or one address.
type entry struct {
	address string
	folder  bool         // found in a directory: when it is gone, so is its job
	job     schedule.Job // the last that was known; without Times until params could be read
	err     error        // why the params cannot be used now
	read    bool         // they were looked at before
}

// paramsOf returns where a schedule finds its params, from the arguments or
// else from the operator's variables.
func (p *program) paramsOf(args []string) (*docket, error) {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	d := &docket{program: p, addresses: args}
	switch {
	case len(args) > 0:
	case env.ParamsFile != "":
		d.addresses = []string{env.ParamsFile}
	case env.Params.Given():
		d.addresses = []string{""}
	default:
		return nil, &brick.Error{
			Kind: brick.BadInput, Err: errors.New("no params are given"),
			Hint: "name files of params, directories of them, or addresses; or set BRICK_PARAMS_FILE or BRICK_PARAMS",
		}
	}
	if slices.Contains(d.addresses, "-") {
		return nil, &brick.Error{
			Kind: brick.BadInput, Err: errors.New("standard input can be read only once"),
			Hint: "name a file of params",
		}
	}
	return d, nil
}

// look reads the params anew: all files, and of the addresses in the net those
// that could not be read before, since the others are read when they run.
func (d *docket) look(ctx context.Context) {
	d.looking.Lock()
	defer d.looking.Unlock()
	var all []*entry
	var trouble error
	for _, address := range d.addresses {
		found, err := d.expand(address)
		trouble = errors.Join(trouble, err)
		all = append(all, found...)
	}
	d.mu.Lock()
	d.entries, d.trouble = d.named(all), trouble
	due := slices.Clone(d.entries)
	d.mu.Unlock()
	for _, e := range due {
		if !remote(e.address) || !d.readable(e) {
			_, _ = d.read(ctx, e) // what is wrong is kept in the entry
		}
	}
}

// expand returns the entries that an address means: itself, or the files of a
// directory. A directory that cannot be listed keeps what it had.
func (d *docket) expand(address string) ([]*entry, error) {
	info, err := os.Stat(address)
	if address == "" || remote(address) || err != nil || !info.IsDir() {
		if known := d.below(address); err != nil && len(known) > 0 {
			return known, err // it was a directory
		}
		return []*entry{d.at(address, false)}, nil
	}
	files, err := os.ReadDir(address) // in the order of names
	if err != nil {
		return d.below(address), err
	}
	var all []*entry
	for _, f := range files {
		name := filepath.Join(address, f.Name())
		if info, err := os.Stat(name); strings.HasSuffix(f.Name(), ".json") && !strings.HasPrefix(f.Name(), ".") && (err != nil || info.Mode().IsRegular()) {
			all = append(all, d.at(name, true))
		}
	}
	return all, nil
}

// at returns the entry of an address, a new one when it is not known.
func (d *docket) at(address string, folder bool) *entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		if e.address == address {
			e.folder = e.folder && folder // named itself it stays, whatever becomes of its directory
			return e
		}
	}
	return &entry{address: address, folder: folder}
}

// below returns the entries that were found in a directory.
func (d *docket) below(folder string) []*entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []*entry
	for _, e := range d.entries {
		if e.folder && filepath.Dir(e.address) == filepath.Clean(folder) {
			all = append(all, e)
		}
	}
	return all
}

// named gives entries their names and leaves out what is named twice. An entry
// keeps the name that it has.
func (d *docket) named(all []*entry) []*entry {
	taken := map[string]bool{}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(e *entry) bool {
		twice := seen[e.address]
		seen[e.address] = true
		return twice
	})
	for _, e := range all {
		taken[e.job.Name] = true
	}
	for _, e := range all {
		if e.job.Name != "" {
			continue
		}
		e.job.Name = jobName(e.address)
		if taken[e.job.Name] {
			e.job.Name = shownAddress(e.address)
		}
		for taken[e.job.Name] {
			e.job.Name += "+"
		}
		taken[e.job.Name] = true
	}
	return all
}

// read reads the params of an entry and notes what becomes of it.
func (d *docket) read(ctx context.Context, e *entry) (*settings, error) {
	var args []string
	if e.address != "" {
		args = []string{e.address}
	}
	s, err := d.program.load(ctx, args)
	var times *schedule.Times
	if err == nil {
		times, err = timesOf(s, shownAddress(e.address))
	}
	if err == nil && s.params.Input.Type == params.FileInput && s.params.Input.Path == "-" {
		err = &brick.Error{Kind: brick.BadInput, Op: shownAddress(e.address), Err: errors.New("standard input can be read only once"), Hint: "name a file of users"}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e.err = err
	first := !e.read
	e.read = true
	if err != nil {
		return nil, err
	}
	e.job.Times = times
	e.job.Target = s.platform.name + " " + s.platform.key(s.params)
	if first && d.since != nil {
		e.job.Since = d.since(s)
	}
	return s, nil
}

// readable reports whether the params of an entry could be used when they were
// last read.
func (d *docket) readable(e *entry) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return e.read && e.err == nil
}

// timesOf returns when params are due. Params without a schedule are an error
// of kind BadInput.
func timesOf(s *settings, source string) (*schedule.Times, error) {
	if s.params.Schedule == "" {
		return nil, &brick.Error{Kind: brick.BadInput, Op: source, Err: errors.New("schedule is missing"), Hint: `add "schedule": "30 5 * * *"`}
	}
	zone := time.Local
	if s.params.Timezone != "" {
		var err error
		if zone, err = time.LoadLocation(s.params.Timezone); err != nil {
			return nil, &brick.Error{Kind: brick.BadInput, Op: source, Err: err}
		}
	}
	times, err := schedule.Parse(s.params.Schedule, zone)
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: source, Err: err}
	}
	return times, nil
}

// listed returns a copy of all that is known.
func (d *docket) listed() (entries []entry, trouble error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		entries = append(entries, *e)
	}
	return entries, d.trouble
}

// find returns the entry of a job, nil when it is gone.
func (d *docket) find(job string) *entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		if e.job.Name == job {
			return e
		}
	}
	return nil
}

// vanished reports whether an error says that a file is gone that was found in
// a directory: then there is no such job any more, and nothing is wrong.
func (e *entry) vanished(err error) bool { return e.folder && errors.Is(err, fs.ErrNotExist) }

// remote reports whether an address is in the net.
func remote(address string) bool { return strings.Contains(address, "://") }

// jobName returns what a job is called: the name of its params without folder
// and ending.
func jobName(address string) string {
	if address == "" || address == "-" {
		return "params"
	}
	name := path.Base(filepath.ToSlash(shownAddress(address)))
	return strings.TrimSuffix(name, ".json")
}

// shownAddress returns what may be shown of an address: the user and the query
// of one in the net may be secret.
func shownAddress(address string) string {
	if !remote(address) {
		if address == "" {
			return "BRICK_PARAMS"
		}
		return address
	}
	parsed, err := url.Parse(address)
	if err != nil {
		scheme, _, _ := strings.Cut(address, "://")
		return scheme + "://…"
	}
	parsed.User, parsed.RawQuery, parsed.Fragment = nil, "", ""
	return parsed.String()
}
