package inputs

import "strings"

// near reports whether a name may be a slip for another: one is a part of the
// other, or few letters differ. Both are folded; marks between words do not
// count.
func near(a, b string) bool {
	a, b = letters(a), letters(b)
	if a == "" || b == "" {
		return false
	}
	return isPart(b, a) || isPart(a, b) || distance(a, b) <= max(1, len(b)/3)
}

// isPart reports whether a name stands in another, and not by chance as tel
// does in whitelist.
func isPart(part, name string) bool {
	const byChance = 3
	return strings.HasPrefix(name, part) || strings.HasSuffix(name, part) || len(part) > byChance && strings.Contains(name, part)
}

// letters returns a name without the marks between its words.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- .", r) {
			return -1
		}
		return r
	}, name)
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
