// Package guard objects to plans that look like a mistake: too many people
// taken out, a scope that ends empty. It judges the figures of a whole plan,
// before anything is done; it never counts while others act.
package guard

import "users-brick/brick"

// Limits are what a plan may do. The zero Limits let everything pass but a
// scope that ends empty.
type Limits struct {
	Removals    brick.Limit // param max_removals: of the members of a scope
	RemovalsRun brick.Limit // param max_removals_run: of the members of all scopes
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
	Members  int64 // of all scopes, before, without the spared
	Removals int64
	First    []brick.Login // the first who are taken out, as many as Named
}

// Named is how many of the people concerned an objection names.
const Named = 10

// Add counts a scope in.
func (t *Total) Add(s *brick.Summary) {
	t.Members += s.WasEnabled + s.WasDisabled
	t.Removals += s.Counts.Removals()
	t.First = append(t.First, s.FirstOut[:min(len(s.FirstOut), Named-len(t.First))]...)
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
