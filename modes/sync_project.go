package modes

import "users-brick/brick"

// syncProject makes the current project look like the whole file. The users
// must be in the organization already.
var syncProject = brick.Mode{
	Name: "sync_project",
	Doc:  "The current project becomes the file; its users must be in the organization already.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.Everyone},
	},
}
