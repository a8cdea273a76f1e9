package modes

import "users-brick/brick"

// syncDomainClientWorkspaces makes the project of each client look like the
// file, also of those that the file does not name: they become empty. The
// mode itself permits that; the limit on removals still holds.
var syncDomainClientWorkspaces = brick.Mode{
	Name: "sync_domain_client_workspaces",
	Doc:  "The project of each client becomes its rows; the projects of all other clients become empty.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.ByClientID, EmptyOthers: true},
	},
}
