package modes

import "users-brick/brick"

// addToOrganization brings the file's users into the organization and keeps
// their accounts up to date. It never removes anybody.
var addToOrganization = brick.Mode{
	Name:  "add_to_organization",
	Doc:   "The file's users are added to the organization or updated there; nobody is removed.",
	Steps: []brick.Step{upsertOrganization},
}
