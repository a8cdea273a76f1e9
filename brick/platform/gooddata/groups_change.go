package gooddata

import (
	"context"
	"net/http"
	"slices"

	"users-brick/brick"
)

// readGroupNames gets the groups of the project when somebody's groups are to
// change. If a group that is wanted is not among those that are remembered,
// they are read once more. Where the platform has no groups, or shows none,
// members can be removed all the same.
func (w *work) readGroupNames(ctx context.Context) {
	concerned := w.some(func(t *task) bool { return t.setsGroups() && !w.inNone(t) })
	if len(concerned) == 0 {
		return
	}
	w.driver.playGroups()
	set, err := w.driver.groups(ctx, w.project)
	if err == nil && !slices.ContainsFunc(concerned, func(t *task) bool { return lacks(set, t) }) {
		w.groups = set
		return
	}
	if err == nil {
		set, err = w.driver.askGroups(ctx, w.project)
	}
	if refusedAs(err, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed) {
		concerned = slices.DeleteFunc(concerned, (*task).removes)
	}
	if err != nil {
		w.fail(err, concerned...)
		return
	}
	w.driver.projects.keepGroups(w.project, set, 0)
	w.groups = set
}

// inNone reports whether somebody is known to be in no group and is to be in
// none.
func (w *work) inNone(t *task) bool {
	return t.have != nil && t.have.Groups != nil && len(t.have.Groups) == 0 && len(t.groups()) == 0
}

// groups returns the names of the groups that a task gives.
func (t *task) groups() []string {
	if t.removes() || t.change.After == nil {
		return nil
	}
	return t.change.After.Groups
}

// lacks reports whether a set lacks a group that a task gives.
func lacks(set *groupSet, t *task) bool {
	return slices.ContainsFunc(t.groups(), func(name string) bool {
		_, there := set.spelled(name)
		return !there
	})
}

// setGroups brings people into their groups and out of all others. Nobody else
// is mentioned. All coming in is done before all leaving.
func (w *work) setGroups(ctx context.Context, pick func(*task) bool) {
	people := w.some(func(t *task) bool { return pick(t) && t.setsGroups() })
	if len(people) == 0 || len(w.groups.groups) == 0 {
		return
	}
	w.readPlaces(ctx)
	gain := make([][]*task, len(w.groups.groups))
	lose := make([][]*task, len(w.groups.groups))
	for _, t := range people {
		if t.open() {
			w.compareGroups(t, gain, lose)
		}
	}
	w.modifyAll(ctx, addMembers, gain)
	w.modifyAll(ctx, removeMembers, lose)
}

// compareGroups notes which groups gain somebody, and which lose him.
func (w *work) compareGroups(t *task, gain, lose [][]*task) {
	in := map[string]bool{}
	for _, place := range t.places {
		in[w.groups.folded(place)] = true
	}
	wanted := map[string]bool{}
	for _, name := range t.groups() {
		if name = brick.Fold(name); !in[name] && !wanted[name] {
			first, _ := w.groups.span(name)
			gain[first] = append(gain[first], t)
		}
		wanted[name] = true
	}
	for _, place := range t.places {
		if !t.change.AddGroups && !wanted[w.groups.folded(place)] {
			lose[place] = append(lose[place], t)
		}
	}
}

// readPlaces finds out which groups people are in: from what is known of them,
// or else from the members of all groups. Where new members are is known from
// when these were read last, unless something was done to them since.
func (w *work) readPlaces(ctx context.Context) {
	var newcomers []*task
	unknown := map[string]*task{}
	for _, t := range w.some(func(t *task) bool { return t.setsGroups() && !t.placed }) {
		switch {
		case t.have != nil && t.have.Groups != nil:
			t.places, t.placed = w.placesOf(t.have.Groups), true
		case t.id == "":
		case t.have == nil && t.change.Action == brick.Add && !w.driver.projects.hasMoved(w.project, t):
			newcomers = append(newcomers, t)
		default:
			unknown[t.id] = t
		}
	}
	w.recallPlaces(ctx, newcomers)
	w.findPlaces(ctx, unknown)
}

// recallPlaces finds out which groups new members are in.
func (w *work) recallPlaces(ctx context.Context, people []*task) {
	if len(people) == 0 {
		return
	}
	known, err := w.driver.knownMemberships(ctx, w.project, w.groups)
	if err != nil {
		w.fail(err, people...)
		return
	}
	for _, t := range people {
		t.places, t.placed = w.placesOf(known.of(t.id)), true
	}
}

// findPlaces looks for people, by the ids of their accounts, in all groups.
func (w *work) findPlaces(ctx context.Context, unknown map[string]*task) {
	if len(unknown) == 0 {
		return
	}
	err := w.driver.readGroups(ctx, w.groups.groups, func(place int, id string) {
		if t := unknown[id]; t != nil && !slices.Contains(t.places, place) {
			t.places = append(t.places, place)
		}
	})
	for _, t := range unknown {
		if t.placed = true; err != nil {
			w.fail(err, t)
		}
	}
}

// placesOf returns where groups of these names stand.
func (w *work) placesOf(names []string) (places []int) {
	for _, name := range names {
		for first, end := w.groups.span(name); first < end; first++ {
			places = append(places, first)
		}
	}
	return places
}
