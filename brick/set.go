package brick

import (
	"slices"
	"strings"
)

// Fold returns the form in which names that ignore letter case (groups,
// roles, columns) are compared: trimmed and lower-cased.
func Fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Set returns the values sorted, each once, without empty ones. It returns
// nil when none is left, and never changes its argument.
func Set(values []string) []string {
	var set []string
	for _, v := range values {
		if v != "" {
			set = append(set, v)
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// FoldSet is [Set] for names that ignore letter case: of several spellings of
// one name the first in byte order stays. Names come back in folded order.
func FoldSet(names []string) []string {
	var set []string
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			set = append(set, n)
		}
	}
	slices.SortFunc(set, compareFolded)
	return slices.CompactFunc(set, func(a, b string) bool { return Fold(a) == Fold(b) })
}

// SameFolded reports whether two results of [FoldSet] name the same.
func SameFolded(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return Fold(x) == Fold(y) })
}

func compareFolded(a, b string) int {
	if c := strings.Compare(Fold(a), Fold(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}
