package params

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"users-brick/brick"
)

// lint checks what no param can tell by itself, and brings values into the
// form in which they are used.
func (r *reader) lint() {
	r.lintMode()
	r.lintInput()
	r.lintProject()
	r.lintColumns()
	r.lintAuthentication()
	r.lintWhitelists()
	r.lintPatterns()
	r.lintRemovals()
	r.lintSchedule()
	r.lintNotify()
}

// value returns the value given for a path; nil when there is none.
func (r *reader) value(path string) *node { return r.given[path].value }

// placeOf returns where the value of a path stands; the params as a whole when
// it is not given.
func (r *reader) placeOf(path string) place {
	if n := r.value(path); n != nil {
		return n.at
	}
	return r.whole
}

// each calls visit for the texts of a list as they were read, each with the
// value in which it stands.
func (r *reader) each(path string, texts []string, visit func(text string, n *node)) {
	n := r.value(path)
	if n == nil {
		return
	}
	items := n.items
	for _, text := range texts {
		at := n
		for len(items) > 0 {
			item := items[0]
			items = items[1:]
			if strings.TrimSpace(item.text) == text {
				at = item
				break
			}
		}
		visit(text, at)
	}
}

func (r *reader) lintMode() {
	r.p.SyncMode = brick.Fold(r.p.SyncMode)
	mode := r.mode()
	if mode == nil {
		var known []string
		for _, m := range r.modes {
			known = append(known, m.Name)
		}
		shown := quoted(r.p.SyncMode)
		if n := r.value("sync_mode"); n != nil {
			shown = n.show()
		}
		r.notes.fail(r.placeOf("sync_mode"), didYouMean(r.p.SyncMode, known, oneOf(known)), "sync_mode %s is not known", shown)
		return
	}
	r.needs("organization", mode.NeedsOrganization(), r.p.Organization)
	r.needs("project", mode.NeedsProject(), r.p.Project)
	for _, path := range []string{"data_product", "segments_filter"} {
		if r.has(path) && !mode.LooksUpClients() {
			r.notes.warn(r.given[path].at, "only the modes that look up clients use it", "%s has no effect in this mode", path)
		}
	}
	if path := "multiple_projects_column"; r.has(path) && !mode.ByProject() {
		r.notes.warn(r.given[path].at, "only the modes whose rows name a project use it", "%s has no effect in this mode", path)
	}
}

func (r *reader) needs(path string, needed bool, value string) {
	if !needed || value != "" || r.has(path) {
		return
	}
	r.notes.fail(r.placeOf("sync_mode"), `add "`+path+`": "…"`, "%s is missing, and this mode needs it", path)
}

// lintProject reduces the URI of a project to its id.
func (r *reader) lintProject() {
	id := strings.TrimSuffix(r.p.Project, "/")
	for _, prefix := range []string{"/gdc/projects/", "/gdc/md/"} {
		id = strings.TrimPrefix(id, prefix)
	}
	id = strings.TrimSpace(id)
	if n := r.value("project"); n != nil && n.form == isText && (id == "" || strings.Contains(id, "/")) {
		r.notes.fail(n.at, "write the id itself or /gdc/projects/ID", "project %s is neither an id nor the address of a project", n.show())
	}
	r.p.Project = id
}

func (r *reader) lintAuthentication() {
	path := "authentication_modes"
	var modes []string
	r.each(path, r.p.AuthenticationModes, func(text string, n *node) {
		mode, known := brick.FindAuthenticationMode(text)
		if !known {
			all := []string{"password", "sso"}
			r.notes.fail(n.at, didYouMean(text, all, oneOf(all)), "%s is no authentication mode", textOf(n, text))
		}
		modes = append(modes, mode)
	})
	r.p.AuthenticationModes = brick.Set(modes)
}

// textOf shows one text of a list.
func textOf(n *node, text string) string {
	if n.hidden() {
		return n.show()
	}
	return quoted(text)
}

func (r *reader) lintWhitelists() {
	r.each("whitelists", r.p.Whitelists, func(text string, n *node) {
		_, err := brick.ParseLogin(text)
		switch {
		case err == nil:
		case strings.ContainsAny(text, "; *|"): // meant to spare somebody, and would not
			r.notes.fail(n.at, "separate logins by commas; patterns belong into regexp_whitelists", "%s in whitelists is no login", textOf(n, text))
		default:
			r.notes.warn(n.at, "patterns belong into regexp_whitelists", "%s in whitelists is no login and spares nobody", textOf(n, text))
		}
	})
}

func (r *reader) lintPatterns() {
	r.each("regexp_whitelists", r.p.RegexpWhitelists, func(text string, n *node) {
		compiled, err := regexp.Compile("(?i)" + text)
		switch {
		case err != nil:
			r.notes.fail(n.at, reason(err), "%s is no regular expression (RE2)", textOf(n, text))
		case compiled.MatchString(""):
			r.notes.warn(n.at, "then nobody is ever removed", "%s matches every login", textOf(n, text))
		case !anchored(text):
			r.notes.warn(n.at, "write ^…$ to match whole logins only", "%s has no anchors and also matches in the middle of a login", textOf(n, text))
		}
	})
}

// reason returns what is wrong with an expression, without quoting it.
func reason(err error) string {
	if s, ok := err.(*syntax.Error); ok {
		return string(s.Code)
	}
	return ""
}

// anchored reports whether an expression is tied to the start or to the end
// of a text.
func anchored(expression string) bool {
	re, err := syntax.Parse(expression, syntax.Perl)
	return err == nil && (begins(re) || ends(re))
}

func begins(re *syntax.Regexp) bool {
	return re.Op == syntax.OpBeginText || held(re, begins, func(n int) int { return 0 })
}

func ends(re *syntax.Regexp) bool {
	return re.Op == syntax.OpEndText || held(re, ends, func(n int) int { return n - 1 })
}

// held reports whether a check holds for the part of an expression that
// decides it: one part of a sequence, all branches of a choice.
func held(re *syntax.Regexp, check func(*syntax.Regexp) bool, part func(n int) int) bool {
	switch re.Op {
	case syntax.OpCapture:
		return check(re.Sub[0])
	case syntax.OpConcat:
		return check(re.Sub[part(len(re.Sub))])
	case syntax.OpAlternate:
		for _, branch := range re.Sub {
			if !check(branch) {
				return false
			}
		}
		return true
	}
	return false
}

func (r *reader) lintRemovals() {
	if r.p.DoNotTouchUsersThatAreNotMentioned && r.p.RemoveUsersFromProject {
		r.notes.warn(r.given["remove_users_from_project"].at, "", "remove_users_from_project has no effect, since do_not_touch_users_that_are_not_mentioned is set")
	}
	if r.p.RemovalGrace == 0 {
		return
	}
	at := r.given["removal_grace"].at
	mode := r.mode()
	switch {
	case mode != nil && !mirrors(mode):
		r.notes.warn(at, "it is about those whom the file of a project does not name", "removal_grace has no effect in this mode")
	case !r.p.RemoveUsersFromProject:
		r.notes.warn(at, "nobody is deleted without remove_users_from_project", "removal_grace has no effect without remove_users_from_project")
	case r.p.RemovalGrace < time.Hour:
		r.notes.warn(at, "a number alone means seconds; write 7d for seven days", "removal_grace %s is less than an hour", r.p.RemovalGrace)
	}
}

// mirrors reports whether a mode takes people out who are not in the file.
func mirrors(m *brick.Mode) bool {
	return slices.ContainsFunc(m.Steps, func(s brick.Step) bool { return s.Policy == brick.Mirror })
}

func (r *reader) lintSchedule() {
	if n := r.value("schedule"); n != nil && r.p.Schedule != "" && !isCron(r.p.Schedule) {
		hint := `write five or six fields, such as "30 5 * * *", or @daily; the zone belongs into timezone`
		r.notes.fail(n.at, hint, "schedule %s is no cron expression", n.show())
	}
	n := r.value("timezone")
	if n == nil || r.p.Timezone == "" {
		return
	}
	if _, err := time.LoadLocation(r.p.Timezone); err != nil {
		r.notes.fail(n.at, `write a name such as "Europe/Prague" or "UTC"`, "timezone %s is not known", n.show())
	}
	if !r.has("schedule") {
		r.notes.warn(r.given["timezone"].at, "", "timezone has no effect without schedule")
	}
}

func isCron(text string) bool {
	// The library panics on a zone without an expression after it.
	if strings.Contains(text, "TZ=") {
		return false
	}
	parser := cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	_, err := parser.Parse(text)
	return err == nil && !tooOften(text)
}

// tooOften reports whether the library would round up what stands after
// @every, which may even be negative, to a second.
func tooOften(text string) bool {
	every, err := time.ParseDuration(strings.TrimPrefix(text, "@every "))
	return err == nil && every < time.Second
}
