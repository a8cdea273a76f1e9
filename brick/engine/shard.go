package engine

import "users-brick/brick"

// keep leaves a shard the targets that are its own. Of a million projects it
// remembers no more than which those are.
func (t *targets) keep(s brick.Shard) {
	if s.Whole() {
		return
	}
	for i := range t.all() {
		if s.Owns(t.scope(i)) {
			t.mine = append(t.mine, int32(i))
		}
	}
	t.part = true
}

// scope returns the scope of the i-th of all targets.
func (t *targets) scope(i int) brick.Scope {
	if i < len(t.listed) {
		return t.listed[i].scope
	}
	return brick.Project(t.groups.At(i - len(t.listed)).Key())
}

// index returns where the i-th target of the shard stands among all.
func (t *targets) index(i int) int {
	if t.part {
		return int(t.mine[i])
	}
	return i
}

// split returns the shard that has a part of what is limited over the whole run;
// the zero Shard where one project or the organization is all that there can be
// taken out of or found bad: its shard has all of the limit, since no other
// needs any.
func (j *Job) split() brick.Shard {
	if !j.Mode.ByProject() || j.Mode.NeedsProject() {
		return brick.Shard{}
	}
	return j.Shard
}

// mostBad returns how many bad rows a plan may have. Those that reading shows
// every shard counts, so that all judge alike. Those that only comparing shows
// each finds in its own projects, so that it has a part of what is left for
// them.
func (p *planning) mostBad(rows int64) int64 {
	most := p.job.Params.MaxBadRows.Most(rows)
	if p.part.bad > most {
		return most
	}
	return p.part.bad + p.job.split().Part(most-p.part.bad)
}
