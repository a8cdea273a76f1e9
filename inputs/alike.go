package inputs

import (
	"fmt"
	"slices"
	"strings"

	"users-brick/brick"
)

// sameAs refuses a header that does not name the columns of the first file.
// Their order does not matter, nor do columns without a name.
func (b *binding) sameAs(first *binding, name string, columnOf func(i int) int) {
	lacks, has := first.beyond(b), b.beyond(first)
	if len(lacks) == 0 && len(has) == 0 {
		return
	}
	var differs []string
	column := 1
	if len(lacks) > 0 {
		differs = append(differs, "there is no "+quotedNames(first, lacks))
	}
	if len(has) > 0 {
		differs = append(differs, quotedNames(b, has)+" is only here")
		column = columnOf(has[0])
	}
	b.refuse(column, fmt.Sprintf("the columns are not those of %s: %s", name, strings.Join(differs, ", and ")),
		"give all files of one input the same columns, in any order")
}

// beyond returns the places of the named columns that other does not have.
func (b *binding) beyond(other *binding) (places []int) {
	known := map[string]bool{"": true}
	for _, name := range other.names {
		known[brick.Fold(name)] = true
	}
	for i, name := range b.names {
		if !known[brick.Fold(name)] {
			places = append(places, i)
		}
	}
	return places
}

func quotedNames(b *binding, places []int) string {
	var names []string
	for _, i := range places {
		names = append(names, fmt.Sprintf("%q", short(b.names[i])))
	}
	return strings.Join(few(names, 10), ", ")
}

// order returns for each cell of a file's header which column of the first
// file it is. What has no name follows in its own order.
func (b *binding) order(first *binding) []int {
	places := make(map[string]int, len(first.names)) // a file that is none may have very many
	for i, name := range slices.Backward(first.names) {
		places[brick.Fold(name)] = i
	}
	order, unnamed := make([]int, len(b.names)), 0
	for i, name := range b.names {
		if name == "" {
			order[i] = -1
			if unnamed < len(first.unnamed) {
				order[i] = first.unnamed[unnamed]
			}
			unnamed++
			continue
		}
		place, known := places[brick.Fold(name)]
		if order[i] = place; !known {
			order[i] = -1
		}
	}
	return order
}
