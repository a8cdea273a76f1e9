package platform

import (
	"math/bits"
	"strings"
)

// maxKinds bounds how many kinds of requests are told apart; those beyond it
// say nothing about delay.
const maxKinds = 256

// kind is what requests have in common that should take about equally long:
// what they do, and how much is carried, since a page of a thousand people is
// slower than an empty one.
type kind struct {
	shape string
	size  int
}

// magnitude returns a number that is the same for sizes within a factor of
// four.
func magnitude(bytes int64) int { return bits.Len64(uint64(max(0, bytes))) / 2 }

// shapeOf returns method and path with a star for every part that looks like
// an id.
func shapeOf(method, path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) > 20 || strings.ContainsAny(part, "0123456789@%") {
			parts[i] = "*"
		}
	}
	return method + " " + strings.Join(parts, "/")
}
