package inputs

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"users-brick/brick"
)

// parsed is what a cell means, or why it cannot be used.
type parsed struct {
	text   string
	reason string
}

// parseModes reads authentication modes.
func parseModes(text string) parsed {
	var p brick.Profile
	modes := split(text)
	for i, name := range modes {
		mode, known := brick.FindAuthenticationMode(name)
		if !known {
			return parsed{reason: fmt.Sprintf("%q is not an authentication mode", short(name))}
		}
		modes[i] = mode
	}
	p.SetList(brick.AuthenticationModes, modes)
	return parsed{text: p[brick.AuthenticationModes]}
}

// parseAddresses reads addresses and networks.
func parseAddresses(text string) parsed {
	var p brick.Profile
	addresses := split(text)
	for _, a := range addresses {
		_, err := netip.ParseAddr(a)
		if _, errPrefix := netip.ParsePrefix(a); err != nil && errPrefix != nil {
			return parsed{reason: fmt.Sprintf("%q is neither an IP address nor a network such as 10.0.0.0/8", short(a))}
		}
	}
	p.SetList(brick.IPWhitelist, addresses)
	return parsed{text: p[brick.IPWhitelist]}
}

// parseRoles reads role names, each once, in the order in which they stand.
func parseRoles(text string) []string {
	roles := []string{}
	seen := map[string]bool{}
	for _, name := range split(text) {
		if folded := brick.Fold(name); !seen[folded] {
			seen[folded] = true
			roles = append(roles, name)
		}
	}
	return slices.Clip(roles)
}

// parseGroups reads group names.
func parseGroups(text string) []string {
	if groups := brick.FoldSet(split(text)); groups != nil {
		return slices.Clip(groups)
	}
	return []string{}
}

// split returns the values of a cell, trimmed, without empty ones.
func split(text string) []string {
	var values []string
	for value := range strings.SplitSeq(text, ",") {
		if value = clean(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// blank reports whether all cells are empty.
func blank(record []string) bool {
	for _, cell := range record {
		if clean(cell) != "" {
			return false
		}
	}
	return true
}

// clean trims a cell: spaces of every kind, and marks of no width that
// spreadsheets and copied text leave behind.
func clean(cell string) string {
	if isClean(cell) {
		return cell
	}
	return strings.TrimFunc(cell, invisible)
}

// isClean reports whether a cell shows at a glance that nothing is to be
// trimmed, as nearly all do: visible ASCII stands at both ends.
func isClean(cell string) bool {
	return cell == "" || solid(cell[0]) && solid(cell[len(cell)-1])
}

// solid reports whether a byte is a visible ASCII character.
func solid(b byte) bool { return b > ' ' && b < 0x7f }

func invisible(r rune) bool {
	switch r {
	case '\ufeff', '\u200b', '\u2060':
		return true
	}
	return unicode.IsSpace(r)
}
