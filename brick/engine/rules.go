package engine

import (
	"cmp"
	"context"
	"sync"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// projectNames are the names that a project understands.
type projectNames struct {
	roles       []brick.Role
	defaultRole string // identifier of the param default_role, "" when it is not given
	newRole     string // identifier of the role of new members, "" when there is none
	groups      []string
	err         error // why they cannot be told
}

// names remembers the names of one project, since both steps of a mode may
// ask for them.
type names struct {
	mu      sync.Mutex
	project brick.Scope
	known   projectNames
}

// of returns the names that a target's rows are read by: those of the
// project itself, or, for an organization, of the project that the same rows
// are for. A project whose names cannot be told fails; its organization does
// not.
func (n *names) of(ctx context.Context, p *planning, t *target) (projectNames, error) {
	step, both := p.job.Mode.Step(brick.ProjectLevel)
	if !both {
		return projectNames{}, nil
	}
	if t.scope.Level == brick.ProjectLevel && step.Route != brick.Everyone {
		known := p.askNames(ctx, t.scope)
		return known, ofScope(known.err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if project := brick.Project(p.job.Params.Project); n.project != project {
		n.project, n.known = project, p.askNames(ctx, project)
	}
	if t.scope.Level == brick.OrganizationLevel && !fatal(n.known.err) {
		return n.known, nil
	}
	return n.known, ofScope(n.known.err)
}

func (p *planning) askNames(ctx context.Context, project brick.Scope) (k projectNames) {
	if k.roles, k.groups, k.err = p.askRolesAndGroups(ctx, project); k.err != nil {
		return projectNames{err: k.err}
	}
	if name := p.job.Params.DefaultRole; name != "" {
		role, err := brick.FindRole(k.roles, name)
		if err != nil {
			k.err = &brick.Error{Kind: brick.NotFound, Op: "look up default_role in", Scope: project, Err: err}
		}
		k.defaultRole, k.newRole = role.ID, role.ID
	} else if role, ok := brick.ReadOnlyRole(k.roles); ok {
		k.newRole = role.ID
	}
	return k
}

// askRolesAndGroups asks for both at the same time. When the roles cannot be
// told that is the error, whatever came of the groups.
func (p *planning) askRolesAndGroups(ctx context.Context, project brick.Scope) (roles []brick.Role, groups []string, err error) {
	var unknown error
	asking, enough := context.WithCancel(ctx)
	defer enough()
	var other sync.WaitGroup
	if p.part.hasGroups {
		other.Go(func() { groups, unknown = p.view.Groups(asking, project) })
	}
	if roles, err = p.view.Roles(ctx, project); err != nil {
		enough()
	}
	other.Wait()
	return roles, groups, cmp.Or(err, unknown)
}

// resolver says how the rows of a target are read. The organization's rows
// are read like the project's, so that a row is held in both or in none.
func (p *planning) resolver(t *target, k projectNames) *plan.Resolver {
	_, account := p.job.Mode.Step(brick.OrganizationLevel)
	_, member := p.job.Mode.Step(brick.ProjectLevel)
	return &plan.Resolver{
		Account: account, Membership: member && k.err == nil,
		Roles: k.roles, DefaultRole: k.defaultRole,
		Groups: k.groups, NewGroups: p.job.Params.CreateNonExistingUserGroups,
	}
}

func (p *planning) rules(t *target, k projectNames, scope doubts) *plan.Rules {
	anywhere := &p.part.doubts
	return &plan.Rules{
		Scope: t.scope, Policy: t.step.Policy,
		Spares: p.sparing.Spares,
		Doubt: func(login brick.Login) string {
			return cmp.Or(anywhere.people[login], scope.people[login])
		},
		Stay: func(login brick.Login) string {
			return cmp.Or(t.stay, scope.stay(login), anywhere.stay(login))
		},
		Meant:   func(login brick.Login) bool { return scope.meant(login) != "" || anywhere.meant(login) != "" },
		NewRole: k.newRole, NeedRole: len(k.roles) > 0, Groups: plan.NewGroups(k.groups),
		Additive:        p.job.Params.DoNotTouchUsersThatAreNotMentioned,
		RemoveMembers:   p.job.Params.RemoveUsersFromProject,
		LeaveGroups:     p.part.hasGroups,
		UpdatePasswords: p.job.Params.UpdatePasswords,
		Admins:          admins(t, k),
	}
}
