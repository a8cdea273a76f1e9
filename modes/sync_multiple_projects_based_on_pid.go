package modes

import "users-brick/brick"

// syncMultipleProjectsBasedOnPID makes each project that the file names look
// like its rows. Projects that the file does not name are not touched.
var syncMultipleProjectsBasedOnPID = brick.Mode{
	Name: "sync_multiple_projects_based_on_pid",
	Doc:  "Each project named in the project column becomes its rows; other projects are not touched.",
	Steps: []brick.Step{
		{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: brick.ByProjectID},
	},
}
