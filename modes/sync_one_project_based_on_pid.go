package modes

import "users-brick/brick"

// syncOneProjectBasedOnPID makes the current project look like the rows that
// name it; the other rows are passed over.
var syncOneProjectBasedOnPID = brick.Mode{
	Name: "sync_one_project_based_on_pid",
	Doc:  "The current project becomes the rows that name it by its id; other rows are passed over.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.ByProjectID, CurrentOnly: true},
	},
}
