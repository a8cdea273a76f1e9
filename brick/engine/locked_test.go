package engine_test

import (
	"errors"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

func TestARunThatIsLockedOutBeginsNoFurtherBatch(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	p.Size = 1
	r.options.Concurrency = 1
	p.Hooks.Fail = func(brick.Scope, *brick.Change) error {
		return &brick.Error{Kind: brick.Locked, Op: "add", Login: ann, Err: errors.New("another run has taken over"), Hint: "run it again"}
	}
	res := r.do(t, p)
	if brick.KindOf(res.err) != brick.Locked || !strings.HasPrefix(res.err.Error(), "another run has taken over; hint: run it again") {
		t.Errorf("the run ends with %v", res.err)
	}
	if counts := p.Counts(); counts.Applies != 1 || counts.Effects != 0 {
		t.Errorf("the platform was asked %d times and did %d changes", counts.Applies, counts.Effects)
	}
	for _, c := range res.changes {
		if fate := res.out.Of(c.Seq); fate != plan.Pending {
			t.Errorf("%s in %v counts as %v, want not tried", c.Login(), c.Scope, fate)
		}
	}
	if len(res.changes) < 2 {
		t.Errorf("there were only %d changes", len(res.changes))
	}
}
