// Package modes holds the ways of synchronizing, one file each: the file's
// name, the value of the param sync_mode and the scenario that shows it share
// one name. A mode is a value; what it says is done by the engine.
package modes

import "users-brick/brick"

// Default is the mode of params that name none.
const Default = "sync_domain_and_project"

// All returns every mode, in the order in which they are explained.
func All() []brick.Mode {
	return []brick.Mode{
		addToOrganization,
		removeFromOrganization,
		syncProject,
		syncDomainAndProject,
		syncMultipleProjectsBasedOnPID,
		syncOneProjectBasedOnPID,
		syncOneProjectBasedOnCustomID,
		syncMultipleProjectsBasedOnCustomID,
		syncDomainClientWorkspaces,
	}
}

// Find returns the mode of that name, and false when there is none.
func Find(name string) (brick.Mode, bool) {
	for _, m := range All() {
		if m.Name == name {
			return m, true
		}
	}
	return brick.Mode{}, false
}

// upsertOrganization is the step that the modes share which bring the file's
// users into the organization first.
var upsertOrganization = brick.Step{Level: brick.OrganizationLevel, Policy: brick.Upsert, Route: brick.Everyone}
