package params

import (
	"fmt"
	"slices"
	"strings"

	"users-brick/brick"
)

// hiddenPaths are the params, such as input_source.url, that must not be shown.
type hiddenPaths map[string]bool

// reader turns the one object into Params, row by row of the table.
type reader struct {
	fields []Field
	modes  []brick.Mode
	whole  place // of findings that concern the params as a whole
	notes  *notes
	around surroundings
	p      *Params
	given  map[string]member // what was given, by path such as input_source.url
}

// newReader returns a reader whose params are the defaults.
func newReader(fields []Field, modes []brick.Mode, whole place, around surroundings, notes *notes) *reader {
	r := &reader{fields: fields, modes: modes, whole: whole, around: around, notes: notes, given: map[string]member{}}
	r.p = &Params{hidden: hiddenPaths{}}
	for _, f := range fields {
		if f.at != nil && f.Default != "" {
			r.assign(f.Name, &f, &node{form: isText, text: f.Default})
		}
	}
	return r
}

// read reads the settled object. Unknown keys are faults, except those that
// are used as references.
func (r *reader) read(root *node, used map[string]bool) {
	r.object("", r.fields, r.oneClient(root))
	var ignored []member
	for _, m := range root.members {
		switch {
		case find(r.fields, m.key) != nil || used[brick.Fold(m.key)]:
		case foreign(m.key):
			ignored = append(ignored, m)
		default:
			hint := predecessorHint(m.key)
			if hint == "" {
				hint = didYouMean(m.key, names(r.fields), `"users-brick show params" lists all params`)
			}
			r.notes.fail(m.at, hint, "unknown param %s", m.name())
		}
	}
	if len(ignored) > 0 {
		r.notes.warn(ignored[0].at, "", "not used here: %s", memberNames(ignored))
	}
}

// oneClient leaves s3_client out where aws_client is given, too, so that the
// keys of two accounts never mix.
func (r *reader) oneClient(root *node) *node {
	old, both := root.member("s3_client")
	if _, given := root.member("aws_client"); !given || !both {
		return root
	}
	r.notes.warn(old.at, "keep one of the two", "s3_client has no effect, since aws_client is given")
	one := *root
	one.members = slices.DeleteFunc(slices.Clone(root.members), func(m member) bool { return m.key == "s3_client" })
	return &one
}

// foreign reports whether a key is one that schedulers and people add for
// others to read.
func foreign(key string) bool {
	folded := brick.Fold(key)
	return strings.HasPrefix(folded, "gdc_") || strings.HasPrefix(folded, "client_gdc_") || strings.HasPrefix(folded, "x_")
}

// predecessorHint says what became of params that only the predecessor had.
func predecessorHint(key string) string {
	switch brick.Fold(key) {
	case "csv_path":
		return `write "input_source": "users.csv"`
	case "technical_user", "technical_users":
		return "put these logins into whitelists"
	case "max_concurrency":
		return "set the environment variable BRICK_CONCURRENCY"
	case "strict", "fail_early":
		return "see ignore_failures and on_bad_row"
	}
	return ""
}

func memberNames(members []member) string {
	var all []string
	for _, m := range members {
		all = append(all, m.name())
	}
	return strings.Join(all, ", ")
}

// object reads the fields that an object gives, in the order of the table.
func (r *reader) object(above string, fields []Field, n *node) {
	for i := range fields {
		f := &fields[i]
		m, found := n.member(f.Name)
		if !found || m.value.absent() || f.blank(m.value) {
			continue
		}
		path := above + f.Name
		r.given[path] = m
		switch {
		case f.Name == "platform" && above == "":
			r.platform(f, m.value)
		case f.Type == Object:
			r.nested(path, f, m.value)
		case f.Type == Objects:
			r.several(path, f, m.value)
		case f.at != nil:
			r.assign(path, f, m.value)
		}
	}
}

// blank reports whether a value is nothing but spaces that do not count.
func (f *Field) blank(n *node) bool {
	return !f.Exact && n.form == isText && strings.TrimSpace(n.text) == ""
}

// nested reads a param that is an object.
func (r *reader) nested(path string, f *Field, n *node) {
	n = r.bare(f, n)
	if n.form != isObject {
		r.wrong(path, f, n)
		return
	}
	r.object(path+".", f.Fields, n)
	r.strangers(path, f, n)
}

// several reads a param that is an object or a list of them.
func (r *reader) several(path string, f *Field, n *node) {
	items := n.items
	if n.form != isList {
		items = []*node{n}
	}
	for i, item := range items {
		if item.form != isObject {
			r.wrong(path, f, item)
			continue
		}
		r.p.Notify = append(r.p.Notify, Notification{}) // the only such param
		path := nth(path, i)
		r.given[path] = member{path, item.at, item}
		r.object(path+".", f.Fields, item)
		r.strangers(path, f, item)
	}
}

// nth is the path of one object of several, from 1.
func nth(path string, i int) string { return fmt.Sprintf("%s %d", path, i+1) }

// bare makes the object that a text stands for.
func (r *reader) bare(f *Field, n *node) *node {
	if n.form != isText || f.Bare == "" {
		return n
	}
	object := &node{form: isObject, at: n.at, secret: n.secret, members: []member{{f.Bare, n.at, n}}}
	if f.Bare == "path" {
		kind := &node{form: isText, at: n.at, text: string(FileInput)}
		object.members = append(object.members, member{"type", n.at, kind})
	}
	return object
}

// strangers notes keys of an object that its field does not know: a fault, or
// a warning where others may stand.
func (r *reader) strangers(path string, f *Field, n *node) {
	for _, m := range n.members {
		if find(f.Fields, m.key) != nil {
			continue
		}
		if f.Open {
			r.notes.warn(m.at, "", "%s in %s has no effect here", m.name(), path)
			continue
		}
		known := names(f.Fields)
		r.notes.fail(m.at, didYouMean(m.key, known, oneOf(known)), "unknown key %s in %s", m.name(), path)
	}
}

// platform reads where the users live. The directory and GoodData are
// described by the table, every other platform by whoever connects to it.
func (r *reader) platform(f *Field, n *node) {
	n = r.bare(f, n)
	kind, found := n.member("type")
	switch {
	case n.form != isObject:
		r.wrong(f.Name, f, n)
		return
	case !found || kind.value.absent() || f.Fields[0].blank(kind.value):
		r.notes.fail(n.at, `write {"type": "directory"} or the name of another platform`, "platform has no type")
		return
	case n.height() >= maxDepth: // it stands in the params, which are kept as one text
		r.notes.fail(n.at, "", "more than %d objects and lists stand in each other", maxDepth)
		return
	}
	r.p.Platform.Given = true
	name := DirectoryPlatform
	if kind.value.form == isText {
		name = brick.Fold(kind.value.text)
	}
	known := *f
	known.Fields = forType(f.Fields, name)
	r.object("platform.", known.Fields, n)
	if name == DirectoryPlatform || name == GoodDataPlatform {
		r.strangers(f.Name, &known, n)
	} else {
		r.p.Platform.Options = options(n)
	}
	r.p.Platform.Type = brick.Fold(r.p.Platform.Type)
}

// choosePlatform fills in what the params leave open.
func (r *reader) choosePlatform() {
	to := &r.p.Platform
	if !to.Given {
		to.Type = DirectoryPlatform
		if r.first("hostname", "CLIENT_GDC_HOSTNAME", "GDC_HOSTNAME") != nil {
			to.Type = GoodDataPlatform
		}
	}
	switch {
	case to.Type == GoodDataPlatform:
		r.goodData()
	case to.Type == DirectoryPlatform && to.Path == "":
		to.Path = DefaultDatabase
	}
}

// chooseProject takes the current project from the environment when the params
// name none.
func (r *reader) chooseProject() {
	const name = "GDC_PROJECT_ID"
	if n := r.variable(name); n != nil && !r.has("project") {
		r.given["project"] = member{name, n.at, n}
		r.assign("project", find(r.fields, "project"), n)
	}
}

// hide remembers that what is kept in a place must not be shown.
func (r *reader) hide(to any) {
	walk("", r.fields, func(path string, f *Field) {
		if f.at != nil && f.at(r.p) == to {
			r.p.hidden[path] = true
		}
	})
}

// walk calls visit for every field and every field inside it.
func walk(above string, fields []Field, visit func(path string, f *Field)) {
	for i := range fields {
		visit(above+fields[i].Name, &fields[i])
		walk(above+fields[i].Name+".", fields[i].Fields, visit)
	}
}

// namedColumns returns the params that name a column and were given.
func (r *reader) namedColumns() map[string]bool {
	named := map[string]bool{}
	for i := range r.fields {
		if f := &r.fields[i]; f.Type == Column && r.has(f.Name) {
			named[f.Name] = true
		}
	}
	return named
}

// has reports whether a param was given.
func (r *reader) has(path string) bool {
	_, given := r.given[path]
	return given
}

// mode returns the mode that the params name, and nil when it is unknown.
func (r *reader) mode() *brick.Mode {
	i := slices.IndexFunc(r.modes, func(m brick.Mode) bool { return m.Name == r.p.SyncMode })
	if i < 0 {
		return nil
	}
	return &r.modes[i]
}
