// Package guard objects to plans that look like a mistake: too many people
// taken out, a scope that ends empty. It judges the figures of a whole plan,
// before anything is done; it never counts while others act.
package guard

import "users-brick/brick"

// Limits are what a plan may do. The zero Limits let everything pass but a
// scope that ends empty.
type Limits struct {
	Removals    brick.Limit // param max_removals: of the members of a scope
	RemovalsRun brick.Limit // param max_removals_run: of the members of all scopes that can lose any
	Updates     brick.Limit // param max_updates: of the members of a scope
	AllowEmpty  bool        // param allow_empty
	Shard       brick.Shard // has only a part of what the whole run may do
}

// Scope returns what there is against the plan of one scope, in the order of
// the rules; nil when all is well. The summary counts no spared people.
func (l *Limits) Scope(s *brick.Summary) []brick.Objection {
	var objections []brick.Objection
	for _, rule := range scopeRules {
		if o, objects := rule(l, s); objects {
			o.Scope = s.Scope
			objections = append(objections, o)
		}
	}
	return objections
}

// Total is what the guard must know of a whole run.
type Total struct {
	Members  int64 // before, without the spared, of all scopes that can lose any
	Removals int64
	First    []brick.Login // the first who are taken out, as many as Named
	Where    []brick.Scope // of what each of them
}

// Named is how many of the people concerned an objection names.
const Named = 10

// Add counts a scope in. An organization counts only where somebody is taken
// out of it: most modes just add and update its accounts, and these are so many
// that a share of them would be more than all projects have.
func (t *Total) Add(s *brick.Summary) {
	if s.Scope.Level != brick.OrganizationLevel || s.Counts.Removals() > 0 {
		t.Members += s.WasEnabled + s.WasDisabled
	}
	t.Removals += s.Counts.Removals()
	for _, login := range s.FirstOut[:min(len(s.FirstOut), Named-len(t.First))] {
		t.First, t.Where = append(t.First, login), append(t.Where, s.Scope)
	}
}

// Run returns what there is against the plan as a whole.
func (l *Limits) Run(t *Total) []brick.Objection {
	var objections []brick.Objection
	for _, rule := range runRules {
		if o, objects := rule(l, t); objects {
			objections = append(objections, o)
		}
	}
	return objections
}
