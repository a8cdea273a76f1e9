package gooddata

import (
	"context"
	"net/http"
	"net/url"

	"users-brick/brick"
)

// What tests of the inner parts need.

// Problem is how a refusal reads.
func Problem(status int, contentType, body string, hide ...brick.Secret) (message, class, code string, password bool) {
	p := parseProblem(status, contentType, []byte(body), hide)
	return p.message, p.class, p.code, p.aboutPassword()
}

// Fill fills in a message.
func Fill(message string, params []string) string { return fill(message, params) }

// Refusal is the error of an answer.
func Refusal(status int, h http.Header, body string) error {
	return refusal(&answer{status: status, header: h, body: []byte(body)}, "sent", nil)
}

// Local reads a link as a platform at an address does.
func Local(at, link string) (string, error) { return linked(at).local(link) }

// IDIn reads an id from a link.
func IDIn(at, link, prefix string) string { return linked(at).idIn(link, prefix) }

func linked(at string) *Driver {
	u, err := url.Parse(at)
	if err != nil {
		panic(err)
	}
	return &Driver{authority: authority(u)}
}

// Segment writes a name as a part of a path.
func Segment(name string) string { return segment(name) }

// Ref writes a ref.
func Ref(id, timezone string, blocked bool) string {
	return ref{id: id, timezone: timezone, blocked: blocked}.String()
}

// ParseRef reads one.
func ParseRef(text string) (id, timezone string, blocked, ok bool) {
	r, ok := parseRef(text)
	return r.id, r.timezone, r.blocked, ok
}

// DecodeAccounts reads a page of accounts as members.
func DecodeAccounts(body []byte) ([]brick.Member, string, error) {
	accounts, next, err := gone(decodeAccounts, body)
	members := make([]brick.Member, len(accounts))
	for i := range accounts {
		members[i] = accounts[i].member(brick.Login(brick.Fold(accounts[i].login)))
	}
	return members, next, err
}

// DecodeOnly reads a page of accounts and says how many there were.
func DecodeOnly(body []byte) (int, error) {
	accounts, _, err := decodeAccounts(body)
	return len(accounts), err
}

// Get asks for a resource whatever it is.
func (d *Driver) Get(ctx context.Context, path string) (string, error) {
	a, err := d.do(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return "", err
	}
	return string(a.body), nil
}

// PlayGroups says that groups will be worked with.
func (d *Driver) PlayGroups() { d.playGroups() }

// KnownID is the profile id that is remembered of a login.
func (d *Driver) KnownID(login brick.Login) (string, bool) { return d.knownID(login) }

// Remember notes a profile id.
func (d *Driver) Remember(login brick.Login, id string) { d.remember(login, id) }

// MostPeople is how many people are remembered.
const MostPeople = mostPeople
