package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

const readme = "../../README.md"

// TestReadmeTablesAreTrue compares the tables between <!-- show X --> and
// <!-- end --> with what `users-brick show X --format markdown` prints. With
// UPDATE_README set it writes them anew.
func TestReadmeTablesAreTrue(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	old := string(text)
	fresh := old
	for name, table := range tables() {
		var b bytes.Buffer
		if err := markdownTable(&b, table()); err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(fresh, "<!-- show "+name+" -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end -->")
		if !found || !closed {
			t.Errorf("the README has no table of %s", name)
			continue
		}
		fresh = before + "<!-- show " + name + " -->\n" + b.String() + "<!-- end -->" + after
	}
	if fresh == old {
		return
	}
	if os.Getenv("UPDATE_README") == "" {
		t.Fatal("the tables of the README are stale; run UPDATE_README=1 go test ./cmd/users-brick -run Readme")
	}
	if err := os.WriteFile(readme, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}
