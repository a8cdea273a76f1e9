package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// target is one scope to plan, with the rows that belong to it.
type target struct {
	step     brick.Step
	scope    brick.Scope
	rows     *spool.Group // nil when no row belongs to it
	mayEmpty bool         // the mode permits that it ends empty
	stay     string       // why nobody may be taken out of it, "" when there is no such reason
	err      error        // why it cannot be planned
}

// size returns how many rows belong to the target: about as many members as
// it has, as far as anybody knows before asking.
func (t *target) size() int64 {
	if t.rows == nil {
		return 0
	}
	return t.rows.Len()
}

// targets are the scopes of a run, in order. Those that the file names by the
// id of their project are made when it is their turn, and always the same:
// there may be a million of them.
type targets struct {
	listed []target      // come first
	step   brick.Step    // of the others
	groups *spool.Sorted // rows by the id of their project; may be nil

	mine []int32 // which of all these a shard has, in order
	part bool    // there are only those
}

// len returns how many there are.
func (t *targets) len() int {
	if t.part {
		return len(t.mine)
	}
	return t.all()
}

// all returns how many there are in all shards.
func (t *targets) all() int {
	if t.groups == nil {
		return len(t.listed)
	}
	return len(t.listed) + t.groups.Len()
}

// at returns the i-th, from 0.
func (t *targets) at(i int) target {
	i = t.index(i)
	if i < len(t.listed) {
		return t.listed[i]
	}
	g := t.groups.At(i - len(t.listed))
	return target{step: t.step, scope: brick.Project(g.Key()), rows: &g}
}

// size returns the size of the i-th.
func (t *targets) size(i int) int64 {
	i = t.index(i)
	if i < len(t.listed) {
		return t.listed[i].size()
	}
	return t.groups.At(i - len(t.listed)).Len()
}

// targets finds the scopes of the run. A project that cannot be found is a
// target with an error; what makes the whole run impossible is an error of
// kind BadInput.
func (j *Job) targets(ctx context.Context, view *platform.View, part *partition) (*targets, error) {
	var all targets
	for _, step := range j.Mode.Steps {
		var targets []target
		var err error
		switch step.Route {
		case brick.Everyone:
			targets = []target{j.everyone(step, part)}
		case brick.ByProjectID:
			if !step.CurrentOnly {
				all.step, all.groups = step, part.sorted
				continue
			}
			targets = []target{j.current(step, part)}
		case brick.ByCustomID:
			targets, err = j.byCustomID(ctx, view, step, part)
		case brick.ByClientID:
			targets, err = j.byClientID(ctx, view, step, part)
		}
		if err != nil {
			return nil, err
		}
		all.listed = append(all.listed, targets...)
	}
	slices.SortStableFunc(all.listed, func(a, b target) int { return a.scope.Compare(b.scope) })
	all.listed = distinct(all.listed)
	all.keep(j.Shard)
	return &all, nil
}

// distinct makes one failing target of several for one scope.
func distinct(targets []target) []target {
	var kept []target
	for _, t := range targets {
		if n := len(kept); n > 0 && kept[n-1].scope == t.scope {
			kept[n-1].err = brick.Errorf(brick.Invalid, "several ids in the file lead to %s", t.scope)
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// find returns the rows kept under a key, nil when there are none.
func (p *partition) find(key string) *spool.Group {
	if g, ok := p.sorted.Find(key); ok {
		return &g
	}
	return nil
}

func (j *Job) everyone(step brick.Step, part *partition) target {
	scope := brick.Organization(j.Params.Organization)
	if step.Level == brick.ProjectLevel {
		scope = brick.Project(j.Params.Project)
	}
	return target{step: step, scope: scope, rows: part.find("")}
}

// current returns the current project with the rows that name it.
func (j *Job) current(step brick.Step, part *partition) target {
	scope := brick.Project(j.Params.Project)
	return target{step: step, scope: scope, rows: part.find(scope.ID)}
}

// byCustomID looks up by which id the file names the current project.
func (j *Job) byCustomID(ctx context.Context, view *platform.View, step brick.Step, part *partition) ([]target, error) {
	t := target{step: step, scope: brick.Project(j.Params.Project)}
	known, err := view.Project(ctx, j.Params.Organization, j.Params.DataProduct, j.Params.Project)
	if fatal(err) || brick.KindOf(err) == brick.BadInput && err != nil {
		return nil, err
	}
	if err != nil {
		t.err = err
		return []target{t}, nil
	}
	id, err := customID(known)
	if err != nil {
		return nil, err
	}
	t.rows = part.find(id)
	for g := range part.sorted.Groups() {
		if g.Key() == id {
			continue
		}
		if err := part.leave(g); err != nil {
			return nil, err
		}
	}
	return []target{t}, nil
}

// customID returns the one id by which a file may name the project.
func customID(p platform.Project) (string, error) {
	custom, client := strings.TrimSpace(p.CustomID), strings.TrimSpace(p.ClientID)
	switch {
	case custom == "" && client == "":
		return "", &brick.Error{
			Kind: brick.BadInput, Op: "look up", Scope: brick.Project(p.ID),
			Err:  errors.New("the project has neither a custom id nor a client"),
			Hint: "store GOODOT_CUSTOM_PROJECT_ID in its metadata, or use sync_one_project_based_on_pid",
		}
	case custom != "" && client != "" && custom != client:
		return "", &brick.Error{
			Kind: brick.BadInput, Op: "look up", Scope: brick.Project(p.ID),
			Err:  fmt.Errorf("the project has the custom id %q and the client id %q, and nobody can tell which the file means", custom, client),
			Hint: "make them equal or delete one of them",
		}
	case custom != "":
		return custom, nil
	}
	return client, nil
}

// clients are the clients of a run: those of its segments, and the others.
type clients struct {
	project map[string]string // client id to project id
	outside map[string]bool   // client ids in other segments
}

func (j *Job) byClientID(ctx context.Context, view *platform.View, step brick.Step, part *partition) ([]target, error) {
	known, err := j.clients(ctx, view)
	if err != nil {
		return nil, err
	}
	var targets []target
	unknown := ""
	for g := range part.sorted.Groups() {
		if known.outside[g.Key()] {
			if err := part.leave(g); err != nil {
				return nil, err
			}
			continue
		}
		t := j.ofClient(step, g, known)
		if _, ok := known.project[g.Key()]; !ok {
			unknown = cmp.Or(unknown, t.err.Error())
		}
		targets = append(targets, t)
		delete(known.project, g.Key())
	}
	if step.EmptyOthers {
		targets = append(targets, others(step, known, unknown)...)
	}
	return targets, nil
}

// ofClient returns the project of a client that the file names.
func (j *Job) ofClient(step brick.Step, rows spool.Group, known *clients) target {
	project, ok := known.project[rows.Key()]
	if project != "" {
		return target{step: step, scope: brick.Project(project), rows: &rows}
	}
	err := fmt.Errorf("client %q is not known in data product %q", rows.Key(), j.Params.DataProduct)
	if ok {
		err = fmt.Errorf("client %q has no project", rows.Key())
	}
	return target{
		step: step, scope: brick.Project("client:" + rows.Key()), rows: &rows,
		err: &brick.Error{Kind: brick.NotFound, Err: err},
	}
}

// others returns the projects of the clients that the file does not name,
// which become empty. When the file names a client that is not known, one of
// them may be meant: then nobody is taken out of any of them.
func others(step brick.Step, known *clients, unknown string) []target {
	stay := ""
	if unknown != "" {
		stay = "the file may mean this project's client by another name: " + unknown
	}
	var targets []target
	for _, project := range known.project {
		if project != "" {
			targets = append(targets, target{step: step, scope: brick.Project(project), mayEmpty: true, stay: stay})
		}
	}
	return targets
}

// clients looks up the clients of the data product. A segment to filter by
// that is not there is an error: nothing is ever created.
func (j *Job) clients(ctx context.Context, view *platform.View) (*clients, error) {
	known, err := view.Segments(ctx, j.Params.Organization, j.Params.DataProduct)
	if err != nil {
		return nil, unusable(err)
	}
	for _, s := range j.Params.SegmentsFilter {
		if !slices.Contains(known, s) {
			return nil, &brick.Error{
				Kind: brick.BadInput, Op: "look up segments",
				Err:  fmt.Errorf("segment %q is not known in data product %q (known: %s)", s, j.Params.DataProduct, listed(known)),
				Hint: "check segments_filter",
			}
		}
	}
	var c clients
	start := func() { c = clients{map[string]string{}, map[string]bool{}} }
	err = view.Clients(ctx, j.Params.Organization, j.Params.DataProduct, start, func(client platform.Client) {
		if len(j.Params.SegmentsFilter) > 0 && !slices.Contains(j.Params.SegmentsFilter, client.Segment) {
			c.outside[client.ID] = true
			return
		}
		c.project[client.ID] = client.Project
	})
	return &c, unusable(err)
}

// unusable makes an organization that is not there a matter of the params.
func unusable(err error) error {
	if e, ok := errors.AsType[*brick.Error](err); ok && e.Kind == brick.NotFound {
		full := *e
		full.Kind, full.Hint = brick.BadInput, "check the param organization"
		return &full
	}
	return err
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// fatal reports whether an error ends the whole run, not only one scope.
func fatal(err error) bool {
	if err == nil {
		return false
	}
	k := brick.KindOf(err)
	return k == brick.Denied || k == brick.Interrupted
}
