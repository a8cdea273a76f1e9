package gooddata

import (
	"slices"
	"strings"

	"users-brick/brick"
)

// warnDeprecated sends a warning when the platform calls a resource
// deprecated, once for each kind of resource.
func (d *Driver) warnDeprecated(c call, a *answer) {
	if a == nil || a.header.Get(headerDeprecated) == "" {
		return
	}
	kind := c.method + " " + resourceKind(c.path)
	if _, told := d.deprecated.LoadOrStore(kind, true); told {
		return
	}
	d.warn("the platform calls " + kind + " deprecated: " + oneLine(a.header.Get(headerDeprecated), longestMessage))
}

// warn sends a warning.
func (d *Driver) warn(text string) {
	d.options.Emit.Send(brick.Noticed{Finding: brick.Finding{Source: "platform", Warning: true, Text: text}})
}

// named are the parts of paths behind which an id stands.
var named = []string{"domains", "dataproducts", "segments", "clients", "projects", "users", "roles", "metadata", "profile", "userGroups", "login"}

// resourceKind returns a path with its ids left out, so that there are few.
func resourceKind(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i > 0; i-- {
		if slices.Contains(named, parts[i-1]) && parts[i] != "" {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}
