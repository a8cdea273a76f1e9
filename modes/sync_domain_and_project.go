package modes

import "users-brick/brick"

// syncDomainAndProject brings the file's users into the organization and then
// makes the current project look like the file, in one plan.
var syncDomainAndProject = brick.Mode{
	Name: Default,
	Doc:  "The file's users are added to the organization or updated there, then the current project becomes the file.",
	Steps: []brick.Step{
		upsertOrganization,
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.Everyone},
	},
}
