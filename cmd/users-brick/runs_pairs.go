package main

import (
	"bytes"
	"cmp"
	"errors"
	"iter"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// both is one thing as two runs have it; nil where a run does not have it.
type both[T any] struct {
	Before, After *T
}

// together merges two sequences that are in the order of compare.
func together[T any](before, after iter.Seq2[T, error], compare func(a, b *T) int) iter.Seq2[both[T], error] {
	return func(yield func(both[T], error) bool) {
		nextA, stopA := iter.Pull2(before)
		defer stopA()
		nextB, stopB := iter.Pull2(after)
		defer stopB()
		a, errA, moreA := nextA()
		b, errB, moreB := nextB()
		for moreA || moreB {
			if err := errors.Join(errA, errB); err != nil {
				yield(both[T]{}, err)
				return
			}
			pair, order := both[T]{}, 0
			switch {
			case !moreB:
				order = -1
			case !moreA:
				order = 1
			default:
				order = compare(&a, &b)
			}
			if order <= 0 {
				one := a
				pair.Before = &one
				a, errA, moreA = nextA()
			}
			if order >= 0 {
				one := b
				pair.After = &one
				b, errB, moreB = nextB()
			}
			if !yield(pair, nil) {
				return
			}
		}
	}
}

// differing leaves out the pairs that both runs have and that are the same.
func differing[T any](pairs iter.Seq2[both[T], error], same func(both[T]) bool) iter.Seq2[both[T], error] {
	return func(yield func(both[T], error) bool) {
		for p, err := range pairs {
			if err == nil && p.Before != nil && p.After != nil && same(p) {
				continue
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// changes yields all changes of a plan, in the order of scopes and logins; none
// without a plan.
func changes(p *plan.Plan) iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		if p == nil {
			return
		}
		for section, err := range p.Sections() {
			if err != nil {
				yield(brick.Change{}, err)
				return
			}
			for c, err := range section.Changes() {
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

func comparePeople(a, b *brick.Change) int {
	return cmp.Or(a.Scope.Compare(b.Scope), cmp.Compare(a.Login(), b.Login()))
}

// sameChange reports whether two plans say the same of a person.
func sameChange(a, b *brick.Change) bool {
	one, errA := plan.EncodeChange(a)
	other, errB := plan.EncodeChange(b)
	return errA == nil && errB == nil && bytes.Equal(one, other)
}
