package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// jsonSays parses a JSON document and compares what stands at a path with a
// text; a number in the path is a place in a list, and len is its length:
//
//	json report.json people.0.login jane@example.com
//	json stdout findings.len 2
func jsonSays(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH TEXT")
	}
	numbers := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	numbers.UseNumber()
	var value any
	if err := numbers.Decode(&value); err != nil {
		ts.Fatalf("json: %s: %v", args[0], err)
	}
	for _, name := range strings.Split(args[1], ".") {
		var ok bool
		if value, ok = member(value, name); !ok {
			ts.Fatalf("json: %s has no %s (at %q)", args[0], args[1], name)
		}
	}
	if got := jsonText(value); got != args[2] {
		ts.Fatalf("json: %s: %s is %s, want %s", args[0], args[1], got, args[2])
	}
}

// member returns one step of a path.
func member(value any, name string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		found, ok := value[name]
		return found, ok
	case []any:
		if name == "len" {
			return len(value), true
		}
		if i, err := strconv.Atoi(name); err == nil && i < len(value) {
			return value[i], true
		}
	}
	return nil, false
}

// jsonText returns texts as they are, and lists and objects as JSON.
func jsonText(value any) string {
	switch value.(type) {
	case map[string]any, []any:
		var b bytes.Buffer
		out := json.NewEncoder(&b)
		out.SetEscapeHTML(false)
		if err := out.Encode(value); err != nil {
			return err.Error()
		}
		return strings.TrimSpace(b.String())
	}
	return fmt.Sprint(value)
}
