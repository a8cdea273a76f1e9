package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/runs"
	"users-brick/params"
)

// shrinkFlag gives a command the flag that lets one run be done with a file
// that has far fewer rows than the last good one. It is no param, so that
// other params need not be written for it.
func (p *program) shrinkFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&p.mayShrink, "allow-shrink", false, "obey the file although it has far fewer rows than the last good one")
}

// lastGoodFile is what is remembered of the file that a job last applied well.
const lastGoodFile = "last-good"

// lastGood is where a store remembers the last good file of a job.
func lastGood(store *runs.Store, s *settings) string { return store.State(jobKey(s), lastGoodFile) }

// jobKey returns a text that is the same for two runs when their files may be
// compared: they make the same target in the same mode look like a file from
// the same address. Of an address neither the user nor the query counts, which
// may be secret and new every day.
func jobKey(s *settings) string {
	target := s.platform.target(s.params)
	if path := s.params.Platform.Path; path != "" {
		target = absolute(path)
	}
	parts := []string{s.platform.name, target, s.mode.Name, s.params.Project}
	text, _ := json.Marshal(append(parts, address(&s.params.Input)...)) // texts always have a form
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// address says where a file comes from, as far as it is no secret: what is
// hidden counts as ***.
func address(in *params.Input) []string {
	var shown struct{ Type, Path, URL, Bucket, Key string }
	text, err := json.Marshal(in) // redacted
	if err == nil {
		err = json.Unmarshal(text, &shown)
	}
	if err != nil {
		return []string{string(in.Type)}
	}
	if in.Type == params.FileInput && shown.Path == in.Path && in.Path != "-" {
		shown.Path = absolute(in.Path)
	}
	return []string{shown.Type, shown.Path, bare(shown.URL), shown.Bucket, shown.Key}
}

// bare returns an address without its user, its query and its fragment.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	scheme, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + host[strings.LastIndexByte(host, '@')+1:] + "/" + path
}

// absolute returns a path that means the same in every working directory.
// Links in it stay: a name such as users.csv often is one to a new file every
// day.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// recall returns what is remembered of the last good file of a job; nil when
// nothing is, and a warning when it cannot be read.
func recall(store *runs.Store, s *settings) (*runs.Tally, brick.Findings) {
	if store == nil {
		return nil, nil
	}
	last, err := runs.OpenTally(lastGood(store, s))
	if err == nil {
		return last, nil
	}
	return nil, brick.Findings{{
		Source: store.String(), Warning: true, Text: "the file is compared with no earlier one, since what is remembered cannot be read: " + err.Error(),
		Hint: "the next run that ends well replaces it",
	}}
}

// recall tells the job what the file is compared with.
func (n *session) recall() {
	n.job.MayShrink = n.program.mayShrink
	last, warnings := recall(n.store, n.settings)
	n.job.Last = last
	for _, f := range warnings {
		n.warn(f)
	}
}

// remember keeps the figures of a file that was applied well, for the next one
// to be compared with. When it cannot be done the run has ended well all the
// same.
func (n *session) remember() {
	if !n.wentWell() {
		return
	}
	if err := n.keepTally(); err != nil {
		n.warn(brick.Finding{
			Source: n.store.String(), Warning: true, Text: "the next file will not be compared with this one: " + err.Error(),
			Hint: "check that the directory can be written",
		})
	}
}

// wentWell reports whether the whole file was applied, but for people and
// scopes of whom the report says why they were not.
func (n *session) wentWell() bool {
	r := &n.report
	return n.store != nil && !r.PlanOnly && r.Plan != nil && r.Done != nil && r.Err == nil && r.Signal == 0 &&
		(r.ExitCode == brick.ExitDone || r.ExitCode == brick.ExitPartial)
}

// keepTally remembers the tally that lies beside the plan, if it is the plan's:
// one that was made in another way, such as to take a run back, has none.
func (n *session) keepTally() error {
	tally, err := runs.OpenTally(filepath.Join(n.job.Dir, runs.TallyFile))
	if err != nil || tally == nil || tally.Run != n.report.Plan.Header.RunID {
		return err
	}
	if all, err := n.allDid(tally.Input); err != nil || !all {
		return err
	}
	good := *tally
	good.Run, good.Time = n.job.RunID, n.job.Started
	return runs.Replace(lastGood(n.store, n.settings), func(w io.Writer) error { return good.Write(w, tally.People()) })
}

// shrunk finds that a file that was read to its end has far fewer rows than the
// last good one. That it has none at all has been found before.
func (v *validation) shrunk(p *program, s *settings) {
	if v.File == nil || v.File.Digest == "" || v.File.Rows == 0 && !s.params.AllowEmpty {
		return
	}
	store, _ := p.store(&s.env)
	last, warnings := recall(store, s)
	v.Findings = append(v.Findings, warnings...)
	few, ok := errors.AsType[*brick.Error](engine.TooFewRows(s.params, v.File.Rows, last))
	if ok {
		v.Findings = append(v.Findings, brick.Finding{Source: v.File.Name, Text: few.Err.Error(), Hint: few.Hint})
	}
}
