package inputs

import "strings"

// near reports whether a name may be a slip for another: one stands in the
// other, or few letters differ. Both are folded; marks between words do not
// count.
func near(a, b string) bool {
	a, b = letters(a), letters(b)
	if a == "" || b == "" {
		return false
	}
	return strings.Contains(a, b) || strings.Contains(b, a) || distance(a, b) <= max(1, len(b)/3)
}

func letters(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(s)
}

// distance returns how many letters must be added, dropped or replaced to
// make one text the other.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			cost := diagonal
			if r != s {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
