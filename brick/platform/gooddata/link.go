package gooddata

import (
	"net/url"
	"strings"

	"users-brick/brick"
)

// segment writes a name as one part of a path.
func segment(name string) string {
	switch name {
	case ".", "..": // or else they would mean another place
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}

// local returns the path, with its query, that a link of the platform leads
// to. A link that leads away from the platform's own host or from below /gdc/
// is an error: the tokens of the session go nowhere else.
func (d *Driver) local(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Opaque != "" || u.User != nil || strings.ContainsRune(link, '\\') {
		return "", d.astray(link)
	}
	if u.Host != "" || u.Scheme != "" {
		if authority(u) != d.authority {
			return "", d.astray(link)
		}
	}
	path := u.EscapedPath()
	if !underGDC(u.Path) || !underGDC(path) || strings.ContainsFunc(u.RawQuery, unprintable) {
		return "", d.astray(link)
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path, nil
}

// underGDC reports whether a path stays below /gdc/.
func underGDC(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	return strings.HasPrefix(path, "/gdc/")
}

func unprintable(r rune) bool { return r <= ' ' || r > '~' }

func (d *Driver) astray(link string) error {
	return brick.Errorf(brick.Failed, "the platform gives a link that leads elsewhere: %q", oneLine(link, longestName))
}

// authority is the place a URL leads to, in one spelling.
func authority(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + port)
}

// idIn returns the id that a link has directly behind a prefix such as
// /gdc/account/profile/, empty when it is no such link.
func (d *Driver) idIn(link, prefix string) string {
	if id, ok := strings.CutPrefix(link, prefix); ok && ordinary(id) {
		return id
	}
	path, err := d.local(link)
	if err != nil {
		return ""
	}
	path, _, _ = strings.Cut(path, "?")
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return ""
	}
	return lastPart(rest)
}

// lastPart returns the last part of a path, unescaped: the id in a link whose
// parts before it may vary. It is empty when there is none.
func lastPart(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimSuffix(path, "/")
	id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		return ""
	}
	return id
}

// ordinary reports whether an id is made of letters, digits, hyphens and
// underscores.
func ordinary(id string) bool {
	for i := range len(id) {
		c := id[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return id != ""
}
