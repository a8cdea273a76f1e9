package engine

import (
	"users-brick/brick"
	"users-brick/brick/plan"
)

// crew counts what becomes of those who run a project.
type crew struct{ stay, come, going int64 }

// add counts a decision.
func (c *crew) add(admins plan.Admins, d *plan.Decision) {
	lead := brick.Lead(0)
	if d.Verdict == plan.Changed {
		lead = d.Change.Lead
	}
	c.count(lead, admins.Run(d.Member))
}

// count counts somebody by what becomes of him; runs says whether he runs the
// project now.
func (c *crew) count(lead brick.Lead, runs bool) {
	switch {
	case lead == brick.LeadComes:
		c.come++
	case lead == brick.LeadGoes:
		c.going++
	case runs:
		c.stay++
	}
}

// leaves reports whether those who run the project would go and nobody would
// run it.
func (c *crew) leaves() bool { return c.going > 0 && c.stay+c.come == 0 }

// handsOver reports whether all go who run the project, and only those who
// come would run it.
func (c *crew) handsOver() bool { return c.going > 0 && c.stay == 0 && c.come > 0 }

// admins returns who runs a target: nobody runs an organization.
func admins(t *target, k projectNames) plan.Admins {
	if t.scope.Level != brick.ProjectLevel {
		return nil
	}
	return plan.NewAdmins(k.roles)
}

// holdingAdmins are the rules of a project that would be left without
// administrators: nobody can tell which of them should stay, so that all do.
// Who is spared has been counted before.
func (p *planning) holdingAdmins(t *target, k projectNames, scope doubts) *plan.Rules {
	rules := p.rules(t, k, scope)
	rules.HoldAdmins = true
	rules.Spares = func(login brick.Login, _ bool) bool { return p.sparing.Leaves(login) }
	return rules
}
