package modes

import "users-brick/brick"

// syncOneProjectBasedOnCustomID makes the current project look like the rows
// that name it by its custom id or its client id. When it has both and they
// differ, nobody can tell which is meant, and that is an error.
var syncOneProjectBasedOnCustomID = brick.Mode{
	Name: "sync_one_project_based_on_custom_id",
	Doc:  "The current project becomes the rows that name its custom id or client id; other rows are passed over.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.ByCustomID, CurrentOnly: true},
	},
}
