package modes

import "users-brick/brick"

// removeFromOrganization deletes the accounts of the file's users. Whitelists
// and the guard hold here too; users that are not there are reported only.
var removeFromOrganization = brick.Mode{
	Name: "remove_from_organization",
	Doc:  "The file's users are deleted from the organization; whoever is not there is reported, not failed.",
	Steps: []brick.Step{
		{Level: brick.OrganizationLevel, Policy: brick.Erase, Route: brick.Everyone},
	},
}
