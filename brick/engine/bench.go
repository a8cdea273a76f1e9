package engine

import (
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// bench is what it takes to compare one scope: a place to sort the members
// in, used again for the next scope.
type bench struct {
	members *spool.Sorter
}

// benches are as many as scopes are open at once. Each sorts little in memory
// of its own; the rest is common, so that a small scope costs little and a
// large one has nearly all of it.
type benches chan *bench

// smallestBench is how many bytes a bench has at least: with less, sorting on
// disk would be in very small pieces.
const smallestBench = 64 << 10

// newBenches makes benches that together sort in half as much memory as the
// rows of the file were sorted in, which may all be in memory meanwhile.
func (j *Job) newBenches(view *platform.View) benches {
	n := view.Features().Concurrency
	half := j.memory() / 2
	own := max(half/4/int64(n), smallestBench)
	common := spool.NewBudget(half - half/4)
	all := make(benches, n)
	for range n {
		all <- &bench{spool.New(spool.Options{Memory: own, Common: common, Dir: j.TmpDir})}
	}
	return all
}

// memory returns how many bytes sorting may take.
func (j *Job) memory() int64 {
	if j.Memory <= 0 {
		return spool.DefaultMemory
	}
	return j.Memory
}

// open returns at how many of them one can work at once.
func (b benches) open() int { return cap(b) }

// take returns a free bench; there is one when no more than open are at work.
func (b benches) take() *bench { return <-b }

// clear frees what lies on a bench and makes it free for others.
func (b benches) clear(used *bench) {
	used.members.Reset()
	b <- used
}

// close frees all benches; none may be in use.
func (b benches) close() {
	for range cap(b) {
		used := <-b
		used.members.Close()
	}
}
