package memory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
)

const ann brick.Login = "ann@example.com"

var acme = brick.Organization("acme")

// add returns the addition of an account with a password.
func add(login brick.Login, password string) brick.Change {
	return brick.Change{Scope: acme, Action: brick.Add, After: &brick.Member{Login: login}, Password: brick.NewSecret(password)}
}

func count(p *memory.Platform, s brick.Scope) (n int, last error) {
	for _, err := range p.List(context.Background(), s) {
		if last = err; err == nil {
			n++
		}
	}
	return n, last
}

func TestFailHookRefusesOnePersonAndSparesTheRest(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme"})
	down := brick.Errorf(brick.Unavailable, "out of order")
	p.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
		if c.Login() == ann {
			return down
		}
		return nil
	}
	errs := p.Apply(context.Background(), acme, []brick.Change{add(ann, ""), add("ben@example.com", "")})
	if !errors.Is(errs[0], down) || errs[1] != nil {
		t.Errorf("errors are %v", errs)
	}
	if n, err := count(p, acme); n != 1 || err != nil {
		t.Errorf("%d accounts, %v; want 1", n, err)
	}
}

func TestCrashBeforeAnEffectLeavesItUndone(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme"})
	p.Hooks.OnApply = func(n int) {
		if n == 2 {
			panic("crash")
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the crash did not happen")
			}
		}()
		p.Apply(context.Background(), acme, []brick.Change{add(ann, ""), add("ben@example.com", "")})
	}()
	if n, _ := count(p, acme); n != 1 || p.Counts().Effects != 1 {
		t.Errorf("%d accounts, counts %+v; want the first effect only", n, p.Counts())
	}
}

func TestListingBreaksOffWhereTheHookSays(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme", Accounts: []brick.Member{{Login: "a@x.y"}, {Login: "b@x.y"}, {Login: "c@x.y"}}})
	p.Hooks.ListFail = func(_ brick.Scope, yielded int) error {
		if yielded == 2 {
			return brick.Errorf(brick.Unavailable, "cut off")
		}
		return nil
	}
	if n, err := count(p, acme); n != 2 || brick.KindOf(err) != brick.Unavailable {
		t.Errorf("%d accounts, then %v", n, err)
	}
}

func TestRefusedPasswordLeavesNoAccountBehind(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme"})
	p.Hooks.Password = func(_ brick.Login, password string) error {
		if len(password) < 8 {
			return errors.New("too short")
		}
		return nil
	}
	errs := p.Apply(context.Background(), acme, []brick.Change{add(ann, "short-1")})
	if brick.KindOf(errs[0]) != brick.BadPassword || strings.Contains(errs[0].Error(), "short-1") {
		t.Errorf("error is %v", errs[0])
	}
	if n, _ := count(p, acme); n != 0 {
		t.Errorf("%d accounts, want none", n)
	}
}

func TestPasswordsReachNewAccountsAndUpdatesOnly(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme"})
	update := add(ann, "third-secret")
	update.Action = brick.Update
	for _, c := range []brick.Change{add(ann, "first-secret"), add(ann, "second-secret"), update} {
		if err := p.Apply(context.Background(), acme, []brick.Change{c})[0]; err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(p.Passwords()[ann], " "); got != "first-secret third-secret" {
		t.Errorf("passwords set: %s", got)
	}
}

func TestIdleChangesAreNotCountedAsEffects(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme", Accounts: []brick.Member{{Login: ann}}})
	p.Apply(context.Background(), acme, []brick.Change{add(ann, "")})
	want := memory.Counts{Applies: 1, Changes: 1}
	if got := p.Counts(); got != want {
		t.Errorf("counts are %+v, want %+v", got, want)
	}
}

func TestClientsWithoutProjectAreListed(t *testing.T) {
	p := memory.New(memory.Organization{Name: "acme"})
	p.Idle = []memory.Client{{Organization: "acme", DataProduct: "gold", ID: "late", Segment: "new"}}
	var have []platform.Client
	for c, err := range p.Clients(context.Background(), "acme", "gold") {
		if err != nil {
			t.Fatal(err)
		}
		have = append(have, c)
	}
	if len(have) != 1 || have[0] != (platform.Client{ID: "late", Segment: "new"}) {
		t.Errorf("clients are %v", have)
	}
}
