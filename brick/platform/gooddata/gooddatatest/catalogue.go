package gooddatatest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"slices"

	"users-brick/brick"
)

// recorded are the roles that every recorded project had, by their numbers.
var recorded = []Role{
	{1, "unverifiedAdminRole", "project unverified admin", "Unverified Admin"},
	{2, "adminRole", "project master", "Admin"},
	{3, "dashboardOnlyRole", "dashboard only", "Viewer (embedded only)"},
	{4, "readOnlyUserRole", "read only user role", "Viewer"},
	{5, "editorRole", "invited user", "Editor"},
	{6, "superAdminRole", "the ultimate project admin", "SuperAdmin"},
	{7, "connectorsSystemRole", "the connectors system user", "Connectors System User"},
	{8, "explorerRole", "explorer", "Explorer"},
	{9, "explorerOnlyRole", "explorer only", "Explorer (embedded only)"},
	{10, "editorInviteRole", "Editor + Invitations", "Editor + Invitations"},
	{11, "editorUserAdminRole", "Editor + User Admin", "Editor + User Admin"},
	{12, "readOnlyNoExportRole", "Viewer (Disabled Exports)", "Viewer (Disabled Exports)"},
}

// adminRoles are the roles whose members may change a project.
var adminRoles = []string{"adminRole", "superAdminRole", "unverifiedAdminRole", "editorUserAdminRole", "admin"}

// permissions are some of what a role allows; admins have them all.
var permissions = []struct {
	name     string
	everyone bool
}{
	{"canAccessWorkbench", true},
	{"canAssignUserWithRole", false},
	{"canInviteUserToProject", false},
	{"canListUsersInProject", false},
	{"canSeeOtherUserDetails", false},
	{"canSuspendUserFromProject", false},
}

// completed returns a role with what is known of its identifier.
func completed(r Role) Role {
	known := Role{Title: r.Identifier}
	if i := slices.IndexFunc(recorded, func(k Role) bool { return k.Identifier == r.Identifier }); i >= 0 {
		known = recorded[i]
	}
	if r.ID == 0 {
		r.ID = known.ID
	}
	if r.Title == "" {
		r.Title = known.Title
	}
	if r.Summary == "" {
		r.Summary = known.Summary
	}
	return r
}

// completedAll returns the roles of a project with all that they have on the
// wire; nil means those that every project has.
func completedAll(roles []Role) []Role {
	if roles == nil {
		return slices.Clone(recorded)
	}
	all := make([]Role, len(roles))
	taken := map[int]bool{}
	for i, r := range roles {
		all[i] = completed(r)
		taken[all[i].ID] = true
	}
	next := len(recorded) + 1
	for i := range all {
		for ; all[i].ID == 0; next++ {
			if !taken[next] {
				all[i].ID = next
			}
		}
	}
	return all
}

// profileID returns the id that an account has when nothing else is said: 32
// hexadecimal digits.
func profileID(login string) string {
	sum := md5.Sum([]byte("profile " + brick.Fold(login)))
	return hex.EncodeToString(sum[:])
}

// groupID returns the id that a group has when nothing else is said: 23
// characters, the first of them b.
func groupID(project, name string) string {
	sum := md5.Sum([]byte("group " + project + "\n" + brick.Fold(name)))
	return "b" + base64.RawURLEncoding.EncodeToString(sum[:])
}
