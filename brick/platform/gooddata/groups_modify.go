package gooddata

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"users-brick/brick"
)

// operation is what is done to the members of a group. There is one that sets
// all members, too: it would take out whoever the file does not speak of.
type operation string

const (
	addMembers    operation = "ADD"
	removeMembers operation = "REMOVE"
)

// modifySize is how many people are named in one request.
const modifySize = 1000

// modification is the people who come into one group, or leave it.
type modification struct {
	op     operation
	group  group
	people []*task
}

// modifyAll does an operation on all groups that it concerns, several at
// once. Whoever has failed before is left out.
func (w *work) modifyAll(ctx context.Context, op operation, people [][]*task) {
	var all []modification
	for place, some := range people {
		some = slices.DeleteFunc(some, func(t *task) bool { return !t.open() })
		for part := range slices.Chunk(some, modifySize) {
			all = append(all, modification{op, w.groups.groups[place], part})
		}
	}
	side(all, func(m modification) { w.modify(ctx, m) })
}

// modify sends a modification. When the platform refuses it, those for whom it
// holds already are left out, and whoever it is refused for is looked for by
// halves.
func (w *work) modify(ctx context.Context, m modification) {
	err := w.send(ctx, m)
	if !divisible(err) {
		w.failIn(m, err)
		return
	}
	left, lookErr := w.stillToDo(ctx, m)
	if lookErr != nil {
		w.failIn(m, lookErr)
		return
	}
	if len(left) == len(m.people) {
		w.divide(ctx, m, err)
		return
	}
	m.people = left
	w.part(ctx, m)
}

// part is modify without the look.
func (w *work) part(ctx context.Context, m modification) {
	if len(m.people) == 0 {
		return
	}
	if err := w.send(ctx, m); divisible(err) {
		w.divide(ctx, m, err)
	} else {
		w.failIn(m, err)
	}
}

// divide goes on after a refusal: with each half, and with nobody when it
// can only be the one.
func (w *work) divide(ctx context.Context, m modification, refused error) {
	if len(m.people) == 1 {
		w.failIn(m, refused)
		return
	}
	first, second := m, m
	half := len(m.people) / 2
	first.people, second.people = m.people[:half], m.people[half:]
	w.part(ctx, first)
	w.part(ctx, second)
}

// divisible reports whether a refusal may be meant for some of the people
// only.
func divisible(err error) bool {
	return refusedAs(err, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge)
}

// send sends one request for all people of a modification. Sent twice it does
// no more than once.
func (w *work) send(ctx context.Context, m modification) error {
	type change struct {
		Operation operation `json:"operation"`
		Items     []string  `json:"items"`
	}
	body := change{Operation: m.op, Items: make([]string, len(m.people))}
	for i, t := range m.people {
		body.Items[i] = profilePrefix + t.id
	}
	w.driver.projects.move(w.project, m.people)
	_, err := w.write(ctx, call{method: http.MethodPost, path: groupPrefix + segment(m.group.id) + "/modifyMembers",
		again: true, body: map[string]change{"modifyMembers": body}}, m.people...)
	return err
}

// stillToDo reads the members of the group and returns those for whom a
// modification does not hold already. Nobody is in a group that has gone.
func (w *work) stillToDo(ctx context.Context, m modification) ([]*task, error) {
	inside := map[string]bool{}
	for _, t := range m.people {
		inside[t.id] = false
	}
	err := w.driver.readGroup(ctx, m.group, func(id string) {
		if _, asked := inside[id]; asked {
			inside[id] = true
		}
	})
	if err != nil && !(m.op == removeMembers && refusedAs(err, http.StatusNotFound)) {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(m.people), func(t *task) bool {
		return inside[t.id] == (m.op == addMembers)
	}), nil
}

// failIn says that people cannot come into a group or leave it, if there is
// an error at all.
func (w *work) failIn(m modification, err error) {
	if err == nil {
		return
	}
	full := brick.Error{Kind: brick.KindOf(err), Err: err}
	if e, ok := errors.AsType[*brick.Error](err); ok {
		full = *e
	}
	full.Err = fmt.Errorf("group %q: %w", m.group.name, full.Err)
	w.fail(&full, m.people...)
}
