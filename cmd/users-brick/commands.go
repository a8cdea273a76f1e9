package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/params"
)

// paramVariable begins the names of variables that hold params.
const paramVariable = "BRICK_PARAM_"

// variables are the params that the environment gives, as words before a
// command that reads params again: so it is the same command wherever it is
// pasted. Values with secrets are left out; whoever goes on sets those himself.
func (n *session) variables() string {
	var shown map[string]json.RawMessage
	if json.Unmarshal(n.params.Redacted(), &shown) != nil {
		return ""
	}
	words := ""
	for _, name := range n.program.paramVariables() {
		value := shown[name]
		if value == nil || bytes.Contains(value, []byte("***")) {
			continue
		}
		words += paramVariable + name + "=" + command(plainText(value)) + " "
	}
	return words
}

// paramVariables returns the names of the params that variables give, in order.
func (p *program) paramVariables() []string {
	names := map[string]bool{}
	for _, v := range p.environ {
		name, value, _ := strings.Cut(v, "=")
		if key, ours := strings.CutPrefix(name, paramVariable); ours && value != "" {
			names[paramCalled(key)] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// paramCalled returns the name of the param that a variable means by one of its
// names, or of which it names the file; "" when there is none.
func paramCalled(key string) string {
	folded := brick.Fold(key)
	called := func(name string) bool { return brick.Fold(name) == folded || brick.Fold(name+"_FILE") == folded }
	for _, f := range params.Fields() {
		if called(f.Name) || slices.ContainsFunc(f.Aliases, called) {
			return f.Name
		}
	}
	return ""
}

// plainText returns a JSON text without its quotes, and anything else in one
// line.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var line bytes.Buffer
	if json.Compact(&line, value) != nil {
		return ""
	}
	return line.String()
}
