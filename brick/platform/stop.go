package platform

import (
	"context"
	"errors"

	"users-brick/brick"
)

// ErrNotBegun is in the chain of an error of kind Interrupted when nothing was
// sent that could have changed anything. What else is Interrupted may have
// taken place.
var ErrNotBegun = errors.New("no change was begun")

// NotBegun is the error of a change of which nothing was sent, since ctx has
// ended.
func NotBegun(ctx context.Context) error { return notBegun(context.Cause(ctx)) }

func notBegun(cause error) error {
	return brick.Errorf(brick.Interrupted, "stopped: %w: %w", ErrNotBegun, cause)
}

// expendable is the key of a mark in a ctx.
type expendable struct{}

// Expendable returns a ctx whose requests are given up as soon as it ends, even
// when they change something: for what nobody waits to know.
func Expendable(ctx context.Context) context.Context {
	return context.WithValue(ctx, expendable{}, true)
}

// Begun returns an error without the promise that nothing was sent, for whoever
// knows better: another request of the same change went before.
func Begun(err error) error {
	if !errors.Is(err, ErrNotBegun) {
		return err
	}
	full := brick.Error{Kind: brick.Interrupted, Err: err}
	if e, ok := asError(err); ok && e.Err != nil {
		full = *e
	}
	full.Err = errors.New("stopped before it was done") // without the chain
	return &full
}
