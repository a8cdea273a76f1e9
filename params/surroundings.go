package params

import (
	"slices"
	"strings"

	"users-brick/brick/reach"
)

// The prefixes of environment variables that hold params.
const (
	paramPrefix       = "BRICK_PARAM_"
	hiddenParamPrefix = "HIDDEN_BRICK_PARAM_"
	fileSuffix        = "_FILE"
)

// allowHTTP is the variable of the operator that permits plain http on the way
// to any GoodData host.
const allowHTTP = "BRICK_GDC_ALLOW_HTTP"

// allowExec is the variable of the operator that permits params to name
// programs of this machine.
const allowExec = "BRICK_ALLOW_EXEC"

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

// surroundings are what a container gives beside the document.
type surroundings struct {
	vars []variable
	read ReadFile
	kept bool // the document lost its secrets, so that credentials come from here first
}

// lookup returns the value of a variable, nothing when it is not set.
func (s *surroundings) lookup(name string) string {
	for _, v := range s.vars {
		if v.name == name {
			return v.value
		}
	}
	return ""
}

// on reports whether a variable says yes.
func (s *surroundings) on(name string) bool {
	yes, err := toFlag(&node{form: isText, text: s.lookup(name)})
	return err == nil && yes
}

// params returns the params that variables with the prefix hold, by the rest
// of their names.
func (s *surroundings) params(prefix string, fields []Field, notes *notes) *node {
	root := &node{form: isObject}
	for _, v := range s.vars {
		name, ours := strings.CutPrefix(v.name, prefix)
		if !ours || name == "" {
			continue
		}
		at := place{source: v.name}
		value := &node{form: isText, at: at, text: v.value, secret: prefix == hiddenParamPrefix}
		if file, named := strings.CutSuffix(name, fileSuffix); named && file != "" && find(fields, name) == nil {
			name = file
			value.text, _ = s.contentOf(v, notes)
		}
		root.members = append(root.members, member{name, at, value})
	}
	return root
}

// contentOf returns the content of the file that a variable names, less one
// line break at its end, and whether it could be read.
func (s *surroundings) contentOf(v variable, notes *notes) (text string, readable bool) {
	content, err := s.read(v.value)
	if err != nil {
		notes.fail(place{source: v.name}, "the file must exist and be readable for this user", "the file cannot be read: %v", err)
		return "", false
	}
	text = strings.TrimSuffix(string(content), "\n")
	return strings.TrimSuffix(text, "\r"), true
}

// credentials returns the variables that say who works on the platform, be it
// as params, and what the operator permits.
func credentials(vars []variable) []variable {
	return slices.DeleteFunc(slices.Clone(vars), func(v variable) bool {
		if v.name == allowHTTP || v.name == allowExec || v.name == reach.Permit {
			return false
		}
		name := strings.TrimPrefix(strings.TrimPrefix(v.name, "HIDDEN_"), paramPrefix)
		name = strings.TrimSuffix(name, fileSuffix)
		return !slices.ContainsFunc([]string{"GDC_USERNAME", "GDC_PASSWORD", "GDC_SST"}, func(known string) bool {
			return strings.EqualFold(name, known)
		})
	})
}
