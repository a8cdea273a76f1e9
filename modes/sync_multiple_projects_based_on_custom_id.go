package modes

import "users-brick/brick"

// syncMultipleProjectsBasedOnCustomID makes the project of each client that
// the file names look like its rows.
var syncMultipleProjectsBasedOnCustomID = brick.Mode{
	Name: "sync_multiple_projects_based_on_custom_id",
	Doc:  "The project of each client named in the project column becomes its rows; other projects are not touched.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.ByClientID},
	},
}
