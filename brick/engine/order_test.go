package engine_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// planText makes a plan and returns what it says, findings included.
func (r *run) planText(t *testing.T, d *watched) string {
	t.Helper()
	dir := t.TempDir()
	made, err := r.plan(t.Context(), t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	res := told(t, made, dir)
	for _, n := range res.notes {
		line, err := plan.EncodeNote(&n)
		if err != nil {
			t.Fatal(err)
		}
		res.text += string(line)
	}
	return res.text
}

// dawdling lets every call wait for a random time, which costs none in a
// bubble of synctest.
func dawdling(seed uint64) func(call) error {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 0))
	return func(call) error {
		mu.Lock()
		wait := time.Duration(random.IntN(1000)) * time.Millisecond
		mu.Unlock()
		time.Sleep(wait)
		return nil
	}
}

func TestThePlanIsTheSameWhateverAnswersFirst(t *testing.T) {
	before, r := manyProjects(100, func(i int) int { return i * 7 % 13 })
	r.rows = append(r.rows, row("unknown", ann, "viewer"), row(project(50).ID, ann, "nosuch"))
	r.hasGroups = true
	want := r.planText(t, before.watch(1, asTheyCome))
	if !strings.Contains(want, person(11).Local()) {
		t.Fatalf("the plan is\n%s", want)
	}
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			var told []brick.Scope
			again := *r
			again.emit = func(e brick.Event) {
				if planned, ok := e.(brick.ScopePlanned); ok {
					told = append(told, planned.Scope)
				}
			}
			if got := again.planText(t, before.watch(1+int(seed), dawdling(seed))); got != want {
				t.Errorf("seed %d:\n%s\nwant\n%s", seed, got, want)
			}
			if len(told) != 101 || !slices.IsSortedFunc(told, brick.Scope.Compare) {
				t.Errorf("seed %d: told of %v", seed, told)
			}
		})
	}
}

func TestASlowScopeAtTheHeadDoesNotHoldUpTheOthers(t *testing.T) {
	before, r := manyProjects(400, one)
	r.memory = 16 << 20
	var others atomic.Int64
	enough := make(chan struct{})
	d := before.watch(4, func(c call) error {
		switch {
		case c.what != "list":
		case c.scope == project(0):
			<-enough
		case others.Add(1) == 399:
			close(enough)
		}
		return nil
	})
	if got := strings.Count(r.planText(t, d), `"kind":"change"`); got != 400 {
		t.Errorf("%d changes are planned", got)
	}
}

// begunBehind returns how many projects were asked for their members while
// the first did not answer. The plan must then come to its end.
func begunBehind(t *testing.T, before town, r *run, open int) (begun int64) {
	synctest.Test(t, func(t *testing.T) {
		var listed atomic.Int64
		slow := make(chan struct{})
		d := before.watch(open, func(c call) error {
			if c.what == "list" {
				listed.Add(1)
				if c.scope == project(0) {
					<-slow
				}
			}
			return nil
		})
		var text string
		done := make(chan struct{})
		go func() {
			defer close(done)
			text = r.planText(t, d)
		}()
		synctest.Wait()
		begun = listed.Load()
		close(slow)
		<-done
		if scopes := strings.Count(text, `{"kind":"scope"`); scopes != len(before.projects) {
			t.Errorf("%d of %d projects are planned", scopes, len(before.projects))
		}
	})
	return begun
}

func TestOnlySoManySectionsWaitForASlowScope(t *testing.T) {
	before, r := manyProjects(5000, func(i int) int { return i % 2 })
	r.memory = 64 << 20
	if begun := begunBehind(t, before, r, 8); begun != 4096 {
		t.Errorf("%d projects are open or wait, want 4096", begun)
	}
}

func TestWaitingSectionsTakeNoMoreMemoryThanTheirRoom(t *testing.T) {
	const changes, open = 20, 4
	before, r := manyProjects(300, func(int) int { return changes })
	r.memory = 1 << 20
	text := r.planText(t, before.watch(open, asTheyCome))
	section := int64(len(text) / 300)
	room := r.memory / 4
	if begun := begunBehind(t, before, r, open); begun < room/section/4 || begun*section > room+2*open*section {
		t.Errorf("%d projects of %d bytes each are open or wait, and %d bytes are theirs", begun, section, room)
	}
}

func TestLargeSectionsThatFillTheRoomDoNotKeepTheOthersFromBeginning(t *testing.T) {
	before, r := manyProjects(20, func(i int) int { return i / 18 * 200 })
	r.memory = 64 << 10
	synctest.Test(t, func(t *testing.T) { // in which coming to no end is a failure
		if got := strings.Count(r.planText(t, before.watch(2, asTheyCome)), `"kind":"change"`); got != 400 {
			t.Errorf("%d changes are planned", got)
		}
	})
}

func TestTheLargestScopesBeginFirst(t *testing.T) {
	before, r := manyProjects(300, func(i int) int { return map[int]int{299: 9, 150: 8, 170: 8}[i] })
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []brick.Scope
		r.planText(t, before.watch(3, func(c call) error {
			if c.what == "list" {
				mu.Lock()
				begun = append(begun, c.scope)
				mu.Unlock()
				time.Sleep(time.Second)
			}
			return nil
		}))
		first, then := begun[:3], begun[3:6]
		for _, n := range []int{299, 150, 170} {
			if !slices.Contains(first, project(n)) {
				t.Errorf("%v begin first, without %v", first, project(n))
			}
		}
		for n := range 3 {
			if !slices.Contains(then, project(n)) {
				t.Errorf("%v follow, without %v", then, project(n))
			}
		}
	})
}

func TestStoppedWhenAllIsReadButNotYetWrittenThereIsNoPlan(t *testing.T) {
	before, r := manyProjects(5, one)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		r.emit = func(e brick.Event) {
			if planned, ok := e.(brick.ScopePlanned); ok && planned.Scope == project(0) {
				synctest.Wait() // until the others wait for their turn
				stop()
				synctest.Wait()
			}
		}
		dir := t.TempDir()
		_, err := r.plan(ctx, t, before.watch(5, asTheyCome), dir)
		if brick.KindOf(err) != brick.Interrupted || err == nil || exists(dir, plan.PlanFile) {
			t.Errorf("planning ends with %v", err)
		}
	})
}

// together lets calls wait until so many have come.
func together(n int) func(call) error {
	var come atomic.Int64
	all := make(chan struct{})
	return func(call) error {
		if come.Add(1) == int64(n) {
			close(all)
		}
		<-all
		return nil
	}
}

func TestNamesAndMembersAreAskedForAtTheSameTime(t *testing.T) {
	before, r := manyProjects(1, one)
	r.hasGroups = true
	r.planText(t, before.watch(1, together(3))) // comes to no end otherwise

	before, r = newcomers(ann, ben)
	r.hasGroups = true
	r.options.Concurrency = 10
	r.planText(t, before.watch(2, together(4))) // the organization's accounts, too
}

func TestWhatFailsFirstInTurnIsTheReasonWhateverAnswersFirst(t *testing.T) {
	broken := map[string]error{
		"roles":  brick.Errorf(brick.Forbidden, "no roles"),
		"groups": brick.Errorf(brick.Invalid, "no groups"),
		"list":   brick.Errorf(brick.Denied, "no members"),
	}
	for turn, slow := range []string{"roles", "groups", "list"} {
		for _, fails := range [][]string{{"roles", "groups", "list"}, {"groups", "list"}, {"roles", "list"}, {"roles", "groups"}} {
			synctest.Test(t, func(t *testing.T) {
				before, r := manyProjects(3, one)
				r.hasGroups = true
				d := before.watch(1, func(c call) error {
					if c.what == slow {
						time.Sleep(time.Minute)
					}
					if c.scope == project(1) && slices.Contains(fails, c.what) {
						return broken[c.what]
					}
					return nil
				})
				res := r.do(t, d)
				want := brick.KindOf(broken[fails[0]])
				if f := res.scopes[project(1)].Failure; f == nil || f.Kind != want || len(res.changes) != 2 {
					t.Errorf("turn %d, %v fail: the failure is %+v, %d changes", turn, fails, f, len(res.changes))
				}
			})
		}
	}
}

func TestAListingThatNobodyNeedsAnyMoreIsGivenUp(t *testing.T) {
	before, r := manyProjects(1, one)
	d := &patient{before.watch(1, func(c call) error {
		if c.what == "roles" {
			return brick.Errorf(brick.Forbidden, "no roles")
		}
		return nil
	})}
	res := r.do(t, d) // comes to no end otherwise
	if f := res.scopes[project(0)].Failure; f == nil || f.Kind != brick.Forbidden {
		t.Errorf("the failure is %+v", f)
	}
}
