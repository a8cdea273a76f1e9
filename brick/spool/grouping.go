package spool

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
)

// grouping knows where the groups of each run lie, as long as hardly any group
// lies in two of them. That is so when the records came group by group, as in
// a file that is sorted by project: then nothing is left to merge but what a
// cut between two runs has split. As soon as groups turn out to be scattered
// it is given up. The zero grouping is ready for use.
type grouping struct {
	runs  []index
	fresh bool  // a run has been begun
	cost  int64 // bytes
	room  int64 // that they may take
	given bool  // up
}

// note sees the key of a record that is about to be written.
func (g *grouping) note(key []byte, w *extentWriter) {
	if g.given {
		return
	}
	if !g.fresh {
		g.runs, g.fresh = append(g.runs, index{}), true
	}
	run := &g.runs[len(g.runs)-1]
	if run.begins(key) {
		run.close(w.cut())
		run.open(key)
		if g.cost += spanSize + int64(len(key)); g.cost > g.room {
			g.giveUp()
			return
		}
	}
	run.count()
}

// spanSize is the size of a span, in bytes.
const spanSize = 32

func (g *grouping) giveUp() { *g = grouping{given: true} }

// endRun ends a run, and gives up when it shares more than one group with the
// one before.
func (g *grouping) endRun(w *extentWriter) {
	if g.given || !g.fresh {
		return
	}
	g.fresh = false
	n := len(g.runs)
	g.runs[n-1].close(w.cut())
	if n == 1 {
		return
	}
	if shared(&g.runs[n-2], &g.runs[n-1]) > 1 {
		g.giveUp()
	}
}

// shared returns how many keys two indexes have in common, 2 for all more.
func shared(a, b *index) (n int) {
	for i, j := 0, 0; i < a.len() && j < b.len() && n < 2; {
		switch c := bytes.Compare(a.key(i), b.key(j)); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// worthwhile reports whether to gather groups is much less work than to merge
// runs: few groups lie in several of them.
func (g *grouping) worthwhile() bool {
	if g.given {
		return false
	}
	groups, split := 0, 0
	for heads := g.heads(); heads.Len() > 0; groups++ {
		if _, parts := heads.next(); len(parts) > 1 {
			split++
		}
	}
	return split <= 4*len(g.runs) && groups > 8*(split+1)
}

// gather makes one index of those of the runs. Only groups that lie in several
// runs are merged, and written behind these. The file is the result's then.
func (p *spill) gather(ctx context.Context, memory int64) (*Sorted, error) {
	sorted := &Sorted{}
	w := newExtentWriter(p.file, writeBuffer(memory))
	heads := p.groups.heads()
	for n := 0; heads.Len() > 0; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("sort: %w", context.Cause(ctx))
		}
		key, parts := heads.next()
		group, records := parts[0], int64(0)
		for _, s := range parts {
			records += s.records
		}
		if len(parts) == 1 {
			sorted.index.add(key, records, group.extent())
			continue
		}
		whole, err := p.mergeParts(parts, w, memory)
		if err != nil {
			return nil, err
		}
		sorted.index.add(key, records, whole)
	}
	sorted.file, p.file = p.file, nil
	return sorted, nil
}

// mergeParts merges the parts of a group and writes it to the end of the file.
func (p *spill) mergeParts(parts []span, w *extentWriter, memory int64) (extent, error) {
	from := &spill{file: p.file}
	for _, s := range parts {
		from.runs = append(from.runs, s.extent())
	}
	t, err := newTree(from, memory)
	for err == nil && !t.empty() {
		if err = w.write(t.min().raw); err == nil {
			err = t.advance()
		}
	}
	if err != nil {
		return extent{}, err
	}
	e := w.cut()
	return e, w.flush()
}

func (s span) extent() extent { return extent{offset: s.start, length: s.bytes, sum: s.sum} }

// runHeads are the runs that still have groups, in the order of their next
// keys.
type runHeads struct {
	all []runHead
	now []span // of the group at hand
}

// runHead is a run and the place of its next group.
type runHead struct {
	run  *index
	next int
}

func (h runHead) key() []byte { return h.run.key(h.next) }

// heads begins a walk over the groups of all runs.
func (g *grouping) heads() *runHeads {
	h := &runHeads{}
	for i := range g.runs {
		h.all = append(h.all, runHead{run: &g.runs[i]})
	}
	heap.Init(h)
	return h
}

// next takes the first group of all runs: its key, and its part in each run
// that has one, which are good until it is called again.
func (h *runHeads) next() (key []byte, parts []span) {
	key, h.now = h.all[0].key(), h.now[:0]
	for len(h.all) > 0 && bytes.Equal(h.all[0].key(), key) {
		first := &h.all[0]
		h.now = append(h.now, first.run.at(first.next))
		if first.next++; first.next == first.run.len() {
			heap.Pop(h)
		} else {
			heap.Fix(h, 0)
		}
	}
	return key, h.now
}

// The methods that container/heap asks for.

func (h *runHeads) Len() int           { return len(h.all) }
func (h *runHeads) Less(i, j int) bool { return bytes.Compare(h.all[i].key(), h.all[j].key()) < 0 }
func (h *runHeads) Swap(i, j int)      { h.all[i], h.all[j] = h.all[j], h.all[i] }
func (h *runHeads) Push(x any)         { h.all = append(h.all, x.(runHead)) }

func (h *runHeads) Pop() any {
	last := h.all[len(h.all)-1]
	h.all = h.all[:len(h.all)-1]
	return last
}
