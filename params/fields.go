package params

import (
	"slices"
	"strings"

	"users-brick/brick"
)

// Type says what a param takes.
type Type string

// The types of params. Wherever JSON has a better type, a text that holds it
// is taken as well, since schedulers store texts; and where a text belongs, a
// whole number is, since ids are often stored as numbers.
const (
	Text     Type = "text"
	Flag     Type = "true or false"
	Limit    Type = "number or percentage"
	List     Type = "list"            // or one text with commas
	Patterns Type = "list of regexps" // or one text with one of them
	Duration Type = "duration"        // such as 30s, or a number of seconds
	Size     Type = "bytes"           // such as 64MiB, or a number of bytes
	Column   Type = "column name"     // letter case and outer spaces ignored
	Texts    Type = "object of texts"
	Object   Type = "object"
	Objects  Type = "object or list of objects"
	Encoded  Type = "object or JSON text"
)

// Field is one row of the table: all that there is to know about a param, or
// about a key of a param that is an object.
type Field struct {
	Name    string
	Aliases []string // other names of the same thing
	Type    Type
	Choices []string // the only values, when there are such
	Default string   // as text; empty for none
	Help    string   // one sentence
	Example string   // JSON, other than the default
	Secret  bool     // never shown

	Required bool
	For      string  // the only type of its object for which the key means something
	Exact    bool    // outer spaces belong to the value
	Fields   []Field // the keys of an object
	Bare     string  // the key that is meant when a text stands where the object should
	Open     bool    // other keys than Fields are passed over

	// Elsewhere says that the redacted params show under another row what
	// became of the value.
	Elsewhere bool

	at func(*Params) any // a pointer to where the value is kept; nil for objects; of several, in the last one
}

// apart is where the value of a field goes that is only checked as it is read:
// it is settled when all the places are known from which it may come.
func apart[T any](*Params) any { return new(T) }

// Fields returns the table: every param, in the order in which they are
// explained.
func Fields() []Field {
	return slices.Concat(
		targetFields(), []Field{inputField()}, s3Fields(), []Field{platformField()}, goodDataFields(),
		peopleFields(), columnFields(), removalFields(), clientFields(), troubleFields(), runFields(), []Field{notifyField()}, encodedFields(),
	)
}

// find returns the field with that name or alias, letter case ignored, and nil
// when there is none.
func find(fields []Field, name string) *Field {
	folded := brick.Fold(name)
	for i := range fields {
		f := &fields[i]
		if brick.Fold(f.Name) == folded || slices.ContainsFunc(f.Aliases, func(a string) bool { return brick.Fold(a) == folded }) {
			return f
		}
	}
	return nil
}

// forType returns the fields that mean something to one type of their object.
func forType(fields []Field, kind string) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.For != "" && f.For != kind })
}

// names returns all names and aliases, for suggestions.
func names(fields []Field) []string {
	var all []string
	for _, f := range fields {
		all = append(append(all, f.Name), f.Aliases...)
	}
	return all
}

func targetFields() []Field {
	return []Field{
		{
			Name: "sync_mode", Type: Text, Default: DefaultMode, Example: `"sync_project"`,
			Help: "What is made to look like the file: the organization, one project, or many.",
			at:   func(p *Params) any { return &p.SyncMode },
		},
		{
			Name: "organization", Aliases: []string{"domain"}, Type: Text, Example: `"acme"`,
			Help: "The organization that holds the accounts; needed where the mode touches it or looks up clients.",
			at:   func(p *Params) any { return &p.Organization },
		},
		{
			Name: "project", Aliases: []string{"GDC_PROJECT_ID", "gdc_project", "gdc_project_id"}, Type: Text, Example: `"p1"`,
			Help: "The current project, as its id or as /gdc/projects/ID; needed by the modes that work on one project.",
			at:   func(p *Params) any { return &p.Project },
		},
	}
}

func clientFields() []Field {
	return []Field{
		{
			Name: "data_product", Type: Text, Default: "default", Example: `"retail"`,
			Help: "The data product in which clients are looked up; an unknown one is an error.",
			at:   func(p *Params) any { return &p.DataProduct },
		},
		{
			Name: "segments_filter", Type: List, Example: `["basic", "premium"]`,
			Help: "Only clients of these segments take part; an unknown segment is an error.",
			at:   func(p *Params) any { return &p.SegmentsFilter },
		},
	}
}

func encodedFields() []Field {
	return []Field{
		{
			Name: "gd_encoded_params", Type: Encoded, Example: `"{\"organization\": \"${org}\"}"`,
			Help: "More params, which win over the plain ones; ${name} in a text is replaced by the plain param of that name.",
		},
		{
			Name: "gd_encoded_hidden_params", Type: Encoded, Secret: true, Example: `{"s3_client": {"secretKey": "${s3_secret}"}}`,
			Help: "Like gd_encoded_params, wins over it, and is never shown.",
		},
	}
}

// Table returns the params as rows of name, type, default and help, with the
// keys of objects below them as object.key. Every row has four cells.
func Table() [][]string { return rows("", Fields()) }

func rows(above string, fields []Field) [][]string {
	var table [][]string
	for _, f := range fields {
		name := above + f.Name
		help := f.Help
		if len(f.Aliases) > 0 {
			help += " Also called " + strings.Join(f.Aliases, ", ") + "."
		}
		kind := string(f.Type)
		if len(f.Choices) > 0 {
			kind = strings.Join(f.Choices, ", ")
		}
		table = append(table, []string{name, kind, f.Default, help})
		table = append(table, rows(name+".", f.Fields)...)
	}
	return table
}
