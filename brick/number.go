package brick

import "fmt"

// Number returns how many there are of something, in words for a person: "1
// row", "2 rows".
func Number(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
