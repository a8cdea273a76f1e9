package platformtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// randomWalks apply random changes to a candidate and to a model, compare the
// two, and apply the state that was reached once more.
func (e *exam) randomWalks(t *testing.T) {
	for seed := range uint64(e.walks) {
		t.Run(fmt.Sprintf("walk %d converges and rests", seed), func(t *testing.T) {
			e.walk(t, rand.New(rand.NewPCG(seed, 2)))
		})
	}
}

func (e *exam) walk(t *testing.T, r *rand.Rand) {
	c := e.sit(t, town())
	w := walker{Rand: r, model: newModel(town())}
	if g, ok := c.driver.(platform.Groups); ok {
		w.groups = []string{"Sales", "Support"}
		for _, name := range w.groups {
			if err := g.CreateGroup(c.ctx, first, name); err != nil {
				c.Fatal(err)
			}
			if err := g.CreateGroup(c.ctx, empty, name); err != nil {
				c.Fatal(err)
			}
		}
	}
	for range 25 {
		s := []brick.Scope{acme, first, empty, first, empty}[w.IntN(5)]
		batch := w.batch(s)
		for i, err := range c.apply(s, batch...) {
			if done := w.model.apply(s, batch[i]); done != (err == nil) {
				c.Fatalf("%v %v %s: error is %v, but the model says done = %v", s, batch[i].Action, batch[i].Login(), err, done)
			}
		}
	}
	for s, members := range w.model {
		c.holds(s, sorted(members)...)
		c.idle(s, again(s, sorted(members))...)
	}
}

// again returns the changes that ask for what holds.
func again(s brick.Scope, members []brick.Member) []brick.Change {
	var changes []brick.Change
	for _, m := range members {
		action := brick.Add
		if s.Level == brick.ProjectLevel && m.Status == brick.Disabled {
			action = brick.Disable
		}
		changes = append(changes, change(action, m))
	}
	return changes
}

// walker makes random changes.
type walker struct {
	*rand.Rand
	model  model
	groups []string
}

// batch returns up to four changes of different people.
func (w *walker) batch(s brick.Scope) []brick.Change {
	people := []brick.Login{ann, ben, cem, dora, nobody, "eve@example.com"}
	w.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	var changes []brick.Change
	for _, login := range people[:1+w.IntN(4)] {
		if s.Level == brick.OrganizationLevel {
			changes = append(changes, w.accountChange(login))
		} else {
			changes = append(changes, w.memberChange(login))
		}
	}
	return changes
}

func (w *walker) accountChange(login brick.Login) brick.Change {
	switch w.IntN(6) {
	case 0:
		return remove(login)
	case 1, 2:
		return change(brick.Update, position(login, []string{"Chief", "Clerk"}[w.IntN(2)]))
	}
	return newAccount(account(login, []string{"A", "B"}[w.IntN(2)]))
}

func (w *walker) memberChange(login brick.Login) brick.Change {
	after := brick.Member{Login: login}
	action := brick.Actions()[w.IntN(5)]
	switch {
	case action == brick.Remove:
		return remove(login)
	case action == brick.Add, !action.Takes() && w.IntN(2) == 0:
		after.Roles = w.some([]string{"admin", "editor", "viewer", "no-such-role"})
	}
	if len(w.groups) > 0 && w.IntN(2) == 0 {
		after.Groups = append([]string{}, w.some(append(w.groups[:2:2], "Nowhere"))...)
	}
	return change(action, after)
}

// some returns at least one of the names; the last one is rare.
func (w *walker) some(names []string) []string {
	if w.IntN(8) > 0 {
		names = names[:len(names)-1]
	}
	names = slices.Clone(names)
	w.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:1+w.IntN(len(names))]
}
