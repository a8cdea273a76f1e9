package params

import (
	"strings"

	"users-brick/brick"
)

// didYouMean returns the question that helps with a mistyped name, or the
// other hint when no known name is near.
func didYouMean(word string, known []string, other string) string {
	if name := closest(word, known); name != "" {
		return "did you mean " + quoted(name) + "?"
	}
	return other
}

// oneOf lists a closed set of words.
func oneOf(words []string) string {
	return "write one of: " + strings.Join(words, ", ")
}

// closest returns the known name with the fewest edits from word, letter case
// ignored, the first of equals; nothing when more than a third of the word
// would have to change, or more than one letter of a short one.
func closest(word string, known []string) string {
	const longest = 64
	folded := []rune(brick.Fold(word))
	if len(folded) < 2 || len(folded) > longest {
		return ""
	}
	best, fewest := "", max(2, len(folded)/3+1)
	for _, name := range known {
		if d := edits(folded, []rune(brick.Fold(name))); d < fewest {
			best, fewest = name, d
		}
	}
	return best
}

// edits counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func edits(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
