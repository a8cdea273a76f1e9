package brick

// Mode is one way of synchronizing: a sentence, not a program. It names the
// steps, and the engine does them.
type Mode struct {
	Name  string // the value of the param sync_mode
	Doc   string // one sentence for people
	Steps []Step // organization first
}

// Step says which rows make which scopes what.
type Step struct {
	Level  Level
	Policy Policy
	Route  Route
	// CurrentOnly restricts the step to the current project: rows that name
	// another are passed over.
	CurrentOnly bool
	// EmptyOthers makes the projects of all clients that the file does not
	// name empty, too.
	EmptyOthers bool
}

// Policy says what becomes of a scope.
type Policy uint8

// The policies.
const (
	Upsert Policy = iota + 1 // the file's users are added or updated; nobody is taken out
	Mirror                   // the scope becomes the file
	Erase                    // the file's users are deleted
)

// Route says to which scope a row belongs.
type Route uint8

// The routes.
const (
	Everyone    Route = iota + 1 // every row belongs to the one scope
	ByProjectID                  // the row names its project
	ByCustomID                   // the row names the custom id or client id of the current project
	ByClientID                   // the row names the client whose project it belongs to
)

// Step returns the mode's step at a level, and false when it has none.
func (m *Mode) Step(l Level) (Step, bool) {
	for _, s := range m.Steps {
		if s.Level == l {
			return s, true
		}
	}
	return Step{}, false
}

// NeedsOrganization reports whether the organization must be named: because a
// step touches it, or because clients are looked up in it.
func (m *Mode) NeedsOrganization() bool {
	for _, s := range m.Steps {
		if s.Level == OrganizationLevel || s.Route == ByCustomID || s.Route == ByClientID {
			return true
		}
	}
	return false
}

// NeedsProject reports whether the current project must be named.
func (m *Mode) NeedsProject() bool {
	s, ok := m.Step(ProjectLevel)
	return ok && (s.CurrentOnly || s.Route == Everyone)
}

// ByProject reports whether rows must name a project.
func (m *Mode) ByProject() bool {
	s, ok := m.Step(ProjectLevel)
	return ok && s.Route != Everyone
}

// LooksUpClients reports whether the mode works with the ids of clients.
func (m *Mode) LooksUpClients() bool {
	s, ok := m.Step(ProjectLevel)
	return ok && (s.Route == ByCustomID || s.Route == ByClientID)
}

// ProjectColumn is the column that names the project when the params do not
// say: client_id in the modes by custom id, else project_id.
func (m *Mode) ProjectColumn() string {
	if m.LooksUpClients() {
		return "client_id"
	}
	return "project_id"
}
