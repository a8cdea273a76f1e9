package brick_test

import (
	"slices"
	"testing"

	"users-brick/brick"
)

func TestLineOfAPatternNamesItsFile(t *testing.T) {
	files := brick.Files{{Name: "a.csv"}, {Name: "b.csv", Before: 3}, {Name: "c.csv", Before: 4}}
	for line, want := range map[int]string{1: "a.csv:1", 3: "a.csv:3", 4: "b.csv:1", 5: "c.csv:1", 900: "c.csv:896"} {
		if got := files.Line(line); got != want {
			t.Errorf("line %d is %s, want %s", line, got, want)
		}
	}
	if got := files.Places([]int{2, 5}); !slices.Equal(got, []string{"a.csv:2", "c.csv:1"}) {
		t.Errorf("places %v", got)
	}
}

func TestLineOfAnInputThatIsNamedItselfIsOnlyANumber(t *testing.T) {
	var files brick.Files
	if got := files.Line(7); got != "line 7" {
		t.Errorf("line 7 is %s", got)
	}
	if places := files.Places([]int{7}); places != nil {
		t.Errorf("places %v", places)
	}
	if name, line := files.At(7); name != "" || line != 7 {
		t.Errorf("line 7 is %s:%d", name, line)
	}
}
