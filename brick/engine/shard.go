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

// mostBad returns how many bad rows a plan may have. Those that reading shows
// every shard counts, so that all judge alike. Those that only comparing shows
// each finds in its own projects, so that it has a part of what is left for
// them. Where all rows are for one project, its shard finds all of them.
func (p *planning) mostBad(rows int64) int64 {
	most := p.job.Params.MaxBadRows.Most(rows)
	if p.job.Shard.Whole() || !p.job.Mode.ByProject() || p.part.bad > most {
		return most
	}
	return p.part.bad + p.job.Shard.Part(most-p.part.bad)
}
