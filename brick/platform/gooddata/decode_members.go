package gooddata

import (
	"strings"

	"github.com/mailru/easyjson/jlexer"

	"users-brick/brick"
)

// person is a member of a project as a page shows him.
type person struct {
	login  string // as the platform spells it
	id     string // of his account
	status brick.Status
	roles  []string // URIs; many people share one list
}

const profilePrefix = "/gdc/account/profile/"

// personBytes is about how long a member is on a page.
const personBytes = 900

// decodeMembers reads a page of the members of a project. Whoever is not
// disabled counts as enabled, so that no unheard-of state leaves a leaver
// with his access.
func decodeMembers(body []byte) (people []person, next string, err error) {
	var p person
	roles := roleLists{}
	one := shape{"user": shape{
		"content": shape{
			"login":     into(&p.login),
			"status":    func(l *jlexer.Lexer) { p.status = statusOf(glance(l)) },
			"userRoles": func(l *jlexer.Lexer) { p.roles = roles.take(l) },
		}.take,
		"links": shape{"self": func(l *jlexer.Lexer) { p.id = accountIn(glance(l)) }}.take,
	}.take}
	list := pageShape{name: "users", item: func(l *jlexer.Lexer) {
		p = person{status: brick.Enabled}
		one.take(l)
		people = append(people, p)
	}}
	people = make([]person, 0, len(body)/personBytes+1)
	err = decode(body, list.take)
	return people, list.next, err
}

func statusOf(text string) brick.Status {
	if strings.EqualFold(text, "DISABLED") {
		return brick.Disabled
	}
	return brick.Enabled
}

// accountIn returns a copy of the id in a link to an account, its last part.
func accountIn(link string) string {
	link = strings.TrimSuffix(link, "/")
	return strings.Clone(link[strings.LastIndexByte(link, '/')+1:])
}

// roleLists holds the lists of one role that a page has, each once: there are
// a dozen of them for a thousand people.
type roleLists map[string][]string

func (same roleLists) take(l *jlexer.Lexer) []string {
	var first string
	var others []string
	n := 0
	items(l, func() {
		if n++; n == 1 {
			first = glance(l)
		} else {
			others = append(others, word(l))
		}
	})
	if n == 0 {
		return nil
	}
	one, known := same[first]
	if !known {
		one = []string{strings.Clone(first)}
		same[one[0]] = one
	}
	if others == nil {
		return one
	}
	return append(one[:1:1], others...)
}

// decodeProfiles reads a page of the members of a group: the ids of accounts.
// A group within a group is no account.
func decodeProfiles(body []byte) (ids []string, next string, err error) {
	var id string
	one := shape{"user": shape{
		"links": shape{"self": func(l *jlexer.Lexer) { id = accountIn(glance(l)) }}.take,
	}.take}
	list := pageShape{name: "userGroupMembers", item: func(l *jlexer.Lexer) {
		id = ""
		if one.take(l); id != "" {
			ids = append(ids, id)
		}
	}}
	err = decode(body, list.take)
	return ids, list.next, err
}
