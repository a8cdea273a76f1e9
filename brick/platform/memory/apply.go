package memory

import (
	"context"
	"errors"
	"slices"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// Apply does the changes one after the other. Each is checked as a whole
// before anything of it is done.
func (p *Platform) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	p.countApply()
	errs := make([]error, len(batch))
	for i := range batch {
		if errs[i] = stopped(ctx); errs[i] == nil {
			errs[i] = p.apply(s, &batch[i])
		}
	}
	return errs
}

func (p *Platform) countApply() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Applies++
}

// apply does one change of either level.
func (p *Platform) apply(s brick.Scope, c *brick.Change) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Changes++
	if p.Hooks.Fail != nil {
		if err := p.Hooks.Fail(s, c); err != nil {
			return err
		}
	}
	err := p.dispatch(s, c)
	if e, ok := errors.AsType[*brick.Error](err); ok {
		e.Op, e.Scope, e.Login = c.Action.String(), s, c.Login()
	}
	return err
}

func (p *Platform) dispatch(s brick.Scope, c *brick.Change) error {
	if s.Level == brick.OrganizationLevel {
		return p.changeAccount(s, c)
	}
	pr, err := p.project(s)
	if err != nil {
		return err
	}
	return p.changeMember(pr, c)
}

// changeAccount does what the contract says of organizations.
func (p *Platform) changeAccount(s brick.Scope, c *brick.Change) error {
	accounts, ok := p.organizations[s.ID]
	if !ok {
		return &brick.Error{Kind: brick.NotFound}
	}
	login := fold(c.Login())
	have, exists := accounts[login]
	switch c.Action {
	case brick.Remove:
		if exists {
			p.removeAccount(s.ID, login)
		}
		return nil
	case brick.Add, brick.Update:
		if c.Action == brick.Update && !exists {
			return brick.Errorf(brick.NotFound, "no such account")
		}
		return p.putAccount(accounts, login, exists, have, c)
	}
	return brick.Errorf(brick.Invalid, "an account cannot be %s", c.Action.Done())
}

// Clears says that every attribute of an account can be emptied.
func (p *Platform) Clears() brick.FieldSet {
	return brick.NewFieldSet(slices.Collect(brick.Fields())...)
}

// putAccount lays the profile over the account, or makes it. The password is
// set for a new account, and for an existing one where the change says so.
func (p *Platform) putAccount(accounts map[brick.Login]brick.Profile, login brick.Login, exists bool, have brick.Profile, c *brick.Change) error {
	var want brick.Profile
	if c.After != nil {
		want = have.Overlay(&c.After.Profile).Without(c.Clear)
	}
	sets := c.Password.Given() && (!exists || c.Action == brick.Update)
	if sets && p.Hooks.Password != nil {
		if err := p.Hooks.Password(login, c.Password.Reveal()); err != nil {
			return &brick.Error{Kind: brick.BadPassword, Err: err}
		}
	}
	if exists && want == have && !sets {
		return nil
	}
	p.effect()
	accounts[login] = want
	if sets {
		p.passwords[login] = append(p.passwords[login], c.Password.Reveal())
	}
	return nil
}

// removeAccount deletes an account and every membership that it has.
func (p *Platform) removeAccount(organization string, login brick.Login) {
	p.effect()
	delete(p.organizations[organization], login)
	for _, pr := range p.projects {
		if pr.organization == organization {
			delete(pr.members, login)
		}
	}
}

// changeMember does what the contract says of projects.
func (p *Platform) changeMember(pr *project, c *brick.Change) error {
	login := fold(c.Login())
	have, exists := pr.members[login]
	if c.Action == brick.Remove {
		if exists {
			p.effect()
			delete(pr.members, login)
		}
		return nil
	}
	if _, known := p.organizations[pr.organization][login]; !known {
		return brick.Errorf(brick.NotFound, "no account in organization %s", pr.organization)
	}
	if !exists && (c.Action == brick.Update || c.Action == brick.Disable) {
		return brick.Errorf(brick.NotFound, "not a member")
	}
	want, err := platform.Become(have, c, pr.role, pr.group)
	if err != nil {
		return err
	}
	if !exists || !sameMember(have, want) {
		p.effect()
		pr.members[login] = want
	}
	return nil
}

// role returns the project's own spelling of a role identifier.
func (pr *project) role(id string) (string, bool) {
	at := slices.IndexFunc(pr.Roles, func(r brick.Role) bool { return brick.Fold(r.ID) == brick.Fold(id) })
	if at < 0 {
		return "", false
	}
	return pr.Roles[at].ID, true
}

// group returns the project's own spelling of a group's name.
func (pr *project) group(name string) (string, bool) {
	spelling, known := pr.groups[brick.Fold(name)]
	return spelling, known
}

func sameMember(a, b brick.Member) bool {
	return a.Status == b.Status && slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Groups, b.Groups)
}
