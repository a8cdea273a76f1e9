package journal

import (
	"errors"
	"iter"
)

// runs are numbers that ascend, as the first of them, how many follow one
// another from there, and then in turn how many are left out and how many are
// in: 1 to 3, 5 and 6 are [1 3 1 2].
type runs []int64

// runner makes runs of numbers that ascend.
type runner struct {
	runs runs
	next int64 // what follows the last
}

func (r *runner) add(n int64) {
	switch {
	case r.runs == nil:
		r.runs = runs{n, 1}
	case n == r.next:
		r.runs[len(r.runs)-1]++
	default:
		r.runs = append(r.runs, n-r.next, 1)
	}
	r.next = n + 1
}

// check proves that all numbers are from 1 to most, and ascend.
func (r runs) check(most int64) error {
	if len(r)%2 != 0 {
		return errors.New("numbers that are no runs")
	}
	at := int64(0)
	for _, n := range r {
		if n < 1 || n > most+1-at {
			return errors.New("a change that the plan does not have")
		}
		at += n
	}
	return nil
}

// all yields the numbers of runs that have been checked.
func (r runs) all() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		at := int64(0)
		for i := 0; i+1 < len(r); i += 2 {
			at += r[i]
			for range r[i+1] {
				if !yield(at) {
					return
				}
				at++
			}
		}
	}
}
