package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"users-brick/brick"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

// shownRuns is how many runs the page of runs lists.
const shownRuns = 50

// pageFile is the report as a page, where a run has left one.
const pageFile = "report.html"

// listedRun is a run as the page of runs shows it.
type listedRun struct {
	ID      string
	Started time.Time
	GoingOn bool
	Report  *reportHead // nil without one that can be read
}

// reportHead is the part of a report.json before its lists.
type reportHead struct {
	Shard      brick.Shard  `json:"shard"`
	Mode       string       `json:"mode"`
	Platform   string       `json:"platform"`
	Target     string       `json:"target"`
	PlanOnly   bool         `json:"plan_only"`
	Outcome    string       `json:"outcome"`
	ExitCode   int          `json:"exit_code"`
	Started    time.Time    `json:"started"`
	DurationMS int64        `json:"duration_ms"`
	Totals     report.Total `json:"totals"`
	Digests    struct {
		Params string `json:"params"`
	} `json:"digests"`
}

// maxHead is how much of a report is looked at for its head, in bytes.
const maxHead = 1 << 20

// readHead reads the head of a report; what follows may be long, and is not
// read.
func readHead(path string) (*reportHead, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fields := map[string]json.RawMessage{}
	d := json.NewDecoder(io.LimitReader(f, maxHead))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.Join(errors.New("a report is no object"), err)
	}
	for d.More() && fields["totals"] == nil { // the last that is needed
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		fields[key.(string)] = value
	}
	whole, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var head reportHead
	return &head, json.Unmarshal(whole, &head)
}

// listRuns shows the last runs.
func (k *keeper) listRuns(w http.ResponseWriter, _ *http.Request) {
	var page runsPage
	if store, _ := k.program.store(&k.env); store != nil {
		all, err := store.All()
		if err != nil {
			k.log.Error().Err(err).Msg("runs cannot be listed")
			http.Error(w, "the runs cannot be listed", http.StatusInternalServerError)
			return
		}
		page.More = max(0, len(all)-shownRuns)
		for _, r := range all[:min(len(all), shownRuns)] {
			shown := listedRun{ID: r.ID, Started: r.Started, GoingOn: r.GoingOn(k.program.now())}
			if head, err := readHead(filepath.Join(r.Dir, runs.ReportFile)); err == nil {
				shown.Report = head
			}
			page.Runs = append(page.Runs, shown)
		}
	}
	page.write(w)
}

// showRun shows the report of one run: its page, or else its text.
func (k *keeper) showRun(w http.ResponseWriter, r *http.Request) {
	dir, ok := k.dirOf(r.PathValue("id"))
	if !ok {
		http.Error(w, "there is no such run", http.StatusNotFound)
		return
	}
	for _, kind := range []struct{ file, mime, policy string }{
		{pageFile, "text/html; charset=utf-8", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"},
		{runs.TextFile, "text/plain; charset=utf-8", "default-src 'none'; frame-ancestors 'none'"},
	} {
		f, size, err := openPlain(dir, kind.file)
		if err != nil {
			continue
		}
		defer f.Close()
		w.Header().Set("Content-Type", kind.mime)
		w.Header().Set("Content-Security-Policy", kind.policy)
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(f, 0, size))
		return
	}
	http.Error(w, "this run has no report: it is under way, or was killed", http.StatusNotFound)
}

// dirOf returns the directory of a run, and false when there is none. Only
// what the store itself lists is one.
func (k *keeper) dirOf(id string) (string, bool) {
	store, _ := k.program.store(&k.env)
	if store == nil {
		return "", false
	}
	all, err := store.All()
	if err != nil {
		return "", false
	}
	for _, r := range all {
		if r.ID == id {
			return r.Dir, true
		}
	}
	return "", false
}

// openPlain opens a file of a run and returns its size. A link, and anything
// else that is no file, is an error.
func openPlain(dir, name string) (*os.File, int64, error) {
	before, err := os.Lstat(filepath.Join(dir, name))
	if err != nil {
		return nil, 0, err
	}
	if !before.Mode().IsRegular() {
		return nil, 0, os.ErrInvalid
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, 0, err
	}
	after, err := f.Stat()
	if err != nil || !os.SameFile(before, after) {
		return nil, 0, errors.Join(os.ErrInvalid, err, f.Close())
	}
	return f, after.Size(), nil
}

// lastRuns returns what says when a job last ran, as far as the runs that were
// kept tell: those with the same params, of the same shard.
func (k *keeper) lastRuns() func(*settings) time.Time {
	store, _ := k.program.store(&k.env)
	if store == nil {
		return nil
	}
	all, err := store.All()
	if err != nil {
		return nil
	}
	type kind struct {
		params   string
		shard    brick.Shard
		planOnly bool
	}
	last := map[kind]time.Time{}
	for _, r := range all {
		head, err := readHead(filepath.Join(r.Dir, runs.ReportFile))
		if err != nil {
			continue
		}
		of := kind{head.Digests.Params, head.Shard, head.PlanOnly}
		if head.Started.After(last[of]) {
			last[of] = head.Started
		}
	}
	return func(s *settings) time.Time { return last[kind{s.params.Digest(), k.shard, s.params.DryRun}] }
}
