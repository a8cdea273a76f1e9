package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// merge writes the runs of a spill as one sorted file.
func merge(ctx context.Context, from *spill, memory int64) (*Sorted, error) {
	t, err := newTree(from, memory)
	if err != nil {
		return nil, err
	}
	file, err := createTemp(from.file.dir)
	if err != nil {
		return nil, err
	}
	sorted := &Sorted{file: file}
	w := newExtentWriter(file, writeBuffer(memory))
	if err := sorted.fill(ctx, t, w); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return sorted, nil
}

// checkEvery is how many records are merged between two looks at the context.
const checkEvery = 4096

// fill writes all records of the tree and their index.
func (s *Sorted) fill(ctx context.Context, t *tree, w *extentWriter) error {
	for n := 0; !t.empty(); n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return fmt.Errorf("sort: %w", context.Cause(ctx))
		}
		r := t.min()
		if s.index.begins(r.key) {
			s.index.close(w.cut())
			s.index.open(r.key)
		}
		s.index.count()
		if err := w.write(r.raw); err != nil {
			return err
		}
		if err := t.advance(); err != nil {
			return err
		}
	}
	s.index.close(w.cut())
	return w.flush()
}

// tree is a loser tree over sorted runs: each inner node holds the run that
// lost the match there, and losers[0] the one that won them all.
type tree struct {
	runs   []*recordReader
	heads  []record // the first unread record of each run; raw is nil at its end
	losers []int
}

// newTree opens the runs of a spill. There must be at least one.
func newTree(from *spill, memory int64) (*tree, error) {
	n := len(from.runs)
	t := &tree{runs: make([]*recordReader, n), heads: make([]record, n), losers: make([]int, n)}
	for i, run := range from.runs {
		t.runs[i] = newRecordReader(readBuffer(memory, n))
		t.runs[i].reset(from.file.section(run))
		if err := t.read(i); err != nil {
			return nil, err
		}
	}
	t.losers[0] = t.play(1)
	return t, nil
}

// play holds all matches below a node and returns the winner. The leaves are
// the nodes from len(runs) on.
func (t *tree) play(node int) int {
	if node >= len(t.runs) {
		return node - len(t.runs)
	}
	winner, loser := t.play(2*node), t.play(2*node+1)
	if t.less(loser, winner) {
		winner, loser = loser, winner
	}
	t.losers[node] = loser
	return winner
}

func (t *tree) empty() bool { return t.min().raw == nil }

// min returns the least record, which is valid until advance.
func (t *tree) min() record { return t.heads[t.losers[0]] }

// advance drops the least record: its run plays again the matches on its way
// up.
func (t *tree) advance() error {
	winner := t.losers[0]
	if err := t.read(winner); err != nil {
		return err
	}
	for node := (winner + len(t.runs)) / 2; node > 0; node /= 2 {
		if t.less(t.losers[node], winner) {
			t.losers[node], winner = winner, t.losers[node]
		}
	}
	t.losers[0] = winner
	return nil
}

// less reports whether run i has the lesser record; ended runs come last.
func (t *tree) less(i, j int) bool {
	a, b := t.heads[i], t.heads[j]
	if a.raw == nil || b.raw == nil {
		return a.raw != nil
	}
	return a.compare(b) < 0
}

func (t *tree) read(i int) error {
	r, err := t.runs[i].next()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	t.heads[i] = r
	return nil
}
