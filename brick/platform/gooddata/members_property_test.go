package gooddata_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

// TestRandomBatchesEndAsTheContractSays applies random batches to random
// villages with random bad manners, and compares what comes of it with
// [platform.Become].
func TestRandomBatchesEndAsTheContractSays(t *testing.T) {
	for seed := range uint64(120) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &wild{Rand: rand.New(rand.NewPCG(seed, 7)), village: newVillage(t)}
			w.build()
			d := w.open()
			for range 4 {
				w.round(d)
			}
		})
	}
}

// wild is a village in which anything may happen.
type wild struct {
	*rand.Rand
	*village
	logins []string // of all accounts, and of one who has none
}

var (
	wildRoles  = []string{"adminRole", "dashboardOnlyRole", "readOnlyUserRole", "editorRole"}
	wildGroups = []string{"Sales", "Support", "Board"}
)

func (w *wild) build() {
	w.logins = []string{"nobody@example.com"}
	for i := range 3 + w.IntN(12) {
		login := fmt.Sprintf("U%d+x@Example.com", i)
		w.logins = append(w.logins, strings.ToLower(login))
		status := []string{"ENABLED", "DISABLED", ""}[w.IntN(3)]
		p := w.settle(login, status)
		if status != "" {
			p.roles = w.some(wildRoles)
		}
	}
	for _, name := range wildGroups {
		c := w.group(name)
		for id := range w.people {
			if w.IntN(3) == 0 {
				c.members[id] = true
			}
		}
	}
	w.strict, w.most = w.IntN(2) == 0, 1+w.IntN(10)
	w.tell = func(done []string, failed []any) string {
		w.Shuffle(len(done), func(i, j int) { done[i], done[j] = done[j], done[i] })
		for i := range done {
			if w.IntN(3) == 0 {
				done[i] = strings.Replace(strings.ToUpper(done[i]), "/GDC/ACCOUNT/PROFILE/", "/gdc/account/profile/", 1)
			}
		}
		return w.result(done, failed)
	}
}

// some returns at least one of the names.
func (w *wild) some(names []string) []string {
	names = slices.Clone(names)
	w.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return brick.Set(names[:1+w.IntN(len(names))])
}

// state is everybody as the platform holds him, by login; who is no member has
// no status.
func (w *wild) state() map[string]brick.Member {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := map[string]brick.Member{}
	for id, p := range w.people {
		m := brick.Member{Login: brick.Login(strings.ToLower(p.login)), Roles: brick.Set(p.roles)}
		m.Status = map[string]brick.Status{"ENABLED": brick.Enabled, "DISABLED": brick.Disabled}[p.status]
		for _, c := range w.groups {
			if c.members[id] {
				m.Groups = append(m.Groups, c.name)
			}
		}
		m.Groups = brick.FoldSet(m.Groups)
		state[string(m.Login)] = m
	}
	return state
}

// round applies one batch, half of the time with what a listing said before.
func (w *wild) round(d *gooddata.Driver) {
	before := w.state()
	known := map[brick.Login]*brick.Member{}
	if w.IntN(2) == 0 {
		known = w.listing(d)
	}
	w.once, w.refuse = map[string]bool{}, map[string]string{}
	for _, p := range w.people {
		w.once[p.login] = w.IntN(10) == 0
		if w.IntN(12) == 0 {
			w.refuse[p.login] = "has done something"
		}
	}
	w.clear()
	batch := w.batch(known)
	errs := d.Apply(w.Context(), p1, batch)
	after := w.state()
	for i := range batch {
		w.check(&batch[i], errs[i], before, after)
		delete(before, string(batch[i].Login()))
		delete(after, string(batch[i].Login()))
	}
	if !maps.EqualFunc(before, after, sameMember) {
		w.Errorf("others have changed:\n was %v\n is  %v", before, after)
	}
	w.rests(d, batch, errs)
}

func sameMember(a, b brick.Member) bool {
	return a.Status == b.Status && slices.Equal(a.Roles, b.Roles) && brick.SameFolded(a.Groups, b.Groups)
}

func (w *wild) batch(known map[brick.Login]*brick.Member) (batch []brick.Change) {
	w.Shuffle(len(w.logins), func(i, j int) { w.logins[i], w.logins[j] = w.logins[j], w.logins[i] })
	for _, login := range w.logins[:1+w.IntN(len(w.logins))] {
		m := known[brick.Login(login)]
		c := brick.Change{Scope: p1, Action: brick.Actions()[w.IntN(5)], Before: m, After: &brick.Member{Login: brick.Login(login)}}
		switch {
		case c.Action == brick.Remove && m == nil:
			c.Before, c.After = &brick.Member{Login: brick.Login(login)}, nil
		case c.Action == brick.Remove:
			c.After = nil
		default:
			w.give(&c)
		}
		batch = append(batch, c)
	}
	return batch
}

// give says what a change gives.
func (w *wild) give(c *brick.Change) {
	if c.Action == brick.Add || w.IntN(2) == 0 {
		c.After.Roles = w.some(wildRoles)
	}
	if w.IntN(2) == 0 {
		c.After.Groups = []string{}
		if w.IntN(4) > 0 {
			c.After.Groups = brick.FoldSet(w.some([]string{"sales", "Support", "BOARD"}))
		}
	}
	c.AddGroups = c.Action == brick.Add && c.After.Groups != nil && w.IntN(2) == 0
	switch w.IntN(15) {
	case 0:
		c.After.Groups = append(c.After.Groups, "Nowhere")
	case 1:
		c.After.Roles = append(c.After.Roles, "noSuchRole")
	}
}

// check compares what became of one change with what the contract says.
func (w *wild) check(c *brick.Change, err error, before, after map[string]brick.Member) {
	w.Helper()
	login := string(c.Login())
	was, exists := before[login]
	if w.refuse[w.spelled(login)] != "" && err != nil {
		return // how much of it is done nobody can say
	}
	want, possible := w.expected(c, was, exists)
	switch is := after[login]; {
	case possible != (err == nil):
		w.Errorf("%v %s %+v: error %v", c.Action, login, c.After, err)
	case !possible && brick.KindOf(err) != brick.NotFound:
		w.Errorf("%v %s: %v is not found", c.Action, login, err)
	case !sameMember(is, want):
		w.Errorf("%v %s %+v:\n was  %+v\n is   %+v\n want %+v", c.Action, login, c.After, was, is, want)
	}
}

// spelled returns a login as the platform spells it.
func (w *wild) spelled(login string) string {
	for _, p := range w.people {
		if strings.EqualFold(p.login, login) {
			return p.login
		}
	}
	return login
}

func (w *wild) expected(c *brick.Change, was brick.Member, exists bool) (brick.Member, bool) {
	member := was.Status != 0
	switch {
	case c.Action == brick.Remove && member:
		return brick.Member{}, true
	case c.Action == brick.Remove:
		return was, true
	case !exists, !member && (c.Action == brick.Update || c.Action == brick.Disable):
		return was, false
	}
	find := func(names []string) platform.Names {
		return func(name string) (string, bool) {
			i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
			if i < 0 {
				return "", false
			}
			return names[i], true
		}
	}
	want, err := platform.Become(was, c, find(wildRoles), find(wildGroups))
	return want, err == nil
}

// rests demands that what was done is not done again.
func (w *wild) rests(d *gooddata.Driver, batch []brick.Change, errs []error) {
	known := w.listing(d)
	var again []brick.Change
	for i, c := range batch {
		m := known[c.Login()]
		if errs[i] == nil && c.Action != brick.Remove && m != nil {
			c.Before = m
			again = append(again, c)
		}
	}
	w.clear()
	w.apply(d, again...)
	if wrote := w.wrote(); len(wrote) > 0 {
		w.Errorf("done again: %q", wrote)
	}
}
