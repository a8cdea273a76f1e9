package params

import (
	"slices"
	"strings"
)

// The prefixes of environment variables that hold params.
const (
	paramPrefix       = "BRICK_PARAM_"
	hiddenParamPrefix = "HIDDEN_BRICK_PARAM_"
	fileSuffix        = "_FILE"
)

// ReadFile returns the content of a small file, such as a secret.
type ReadFile func(path string) ([]byte, error)

// variable is one environment variable.
type variable struct{ name, value string }

// variables returns the environment sorted by name, without empty values; of
// several with one name the last stays.
func variables(environ []string) []variable {
	values := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	var sorted []variable
	for name, value := range values {
		if value != "" {
			sorted = append(sorted, variable{name, value})
		}
	}
	slices.SortFunc(sorted, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return sorted
}

// lookup returns the value of a variable, nothing when it is not set.
func lookup(vars []variable, name string) string {
	for _, v := range vars {
		if v.name == name {
			return v.value
		}
	}
	return ""
}

// paramsOf returns the params that variables with the prefix hold, by the rest
// of their names.
func paramsOf(vars []variable, prefix string, fields []Field, read ReadFile, notes *notes) *node {
	root := &node{form: isObject}
	for _, v := range vars {
		name, ours := strings.CutPrefix(v.name, prefix)
		if !ours || name == "" {
			continue
		}
		at := place{source: v.name}
		value := &node{form: isText, at: at, text: v.value, secret: prefix == hiddenParamPrefix}
		if file, named := strings.CutSuffix(name, fileSuffix); named && file != "" && find(fields, name) == nil {
			name = file
			value.text = contentOf(v, read, notes)
		}
		root.members = append(root.members, member{name, at, value})
	}
	return root
}

// contentOf returns the content of the file that a variable names, less one
// line break at its end.
func contentOf(v variable, read ReadFile, notes *notes) string {
	content, err := read(v.value)
	if err != nil {
		notes.fail(place{source: v.name}, "the file must exist and be readable for this user", "the file cannot be read: %v", err)
		return ""
	}
	text := strings.TrimSuffix(string(content), "\n")
	return strings.TrimSuffix(text, "\r")
}
