package gooddata

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/mailru/easyjson/jlexer"

	"users-brick/brick"
)

// errSilent is said of somebody whom the platform was asked to change and does
// not mention.
var errSilent = errors.New("the platform does not say what became of him")

// failure is somebody whom the platform refused: an object, or only the link.
type failure struct {
	user   string
	reason string
}

// UnmarshalJSON reads either form.
func (f *failure) UnmarshalJSON(raw []byte) error {
	var link string
	if json.Unmarshal(raw, &link) == nil {
		f.user = link
		return nil
	}
	var object struct {
		User       text            `json:"user"`
		Message    text            `json:"message"`
		Parameters json.RawMessage `json:"parameters"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	f.user, f.reason = string(object.User), fill(string(object.Message), parameters(object.Parameters))
	return nil
}

// updated is what the platform says of a batch: whom it changed, and whom it
// refused.
type updated struct {
	told       bool // whether it says anything
	successful []string
	failed     []failure
}

// take reads the outcome, however the platform writes who is meant.
func (u *updated) take(l *jlexer.Lexer) {
	if u.told = !l.IsNull(); !u.told {
		l.Skip()
		return
	}
	shape{
		"successful": func(l *jlexer.Lexer) {
			items(l, func() {
				var link string
				loose(&link)(l)
				u.successful = append(u.successful, link)
			})
		},
		"failed": func(l *jlexer.Lexer) {
			items(l, func() {
				var f failure
				if raw := l.Raw(); l.Ok() {
					l.AddError(f.UnmarshalJSON(raw))
				}
				u.failed = append(u.failed, f)
			})
		},
	}.take(l)
}

// results tells people apart by the links that the answer repeats, in whatever
// order, letter case and form, and returns those whom it does not mention.
func (w *work) results(people []*task, a *answer) (silent []*task, err error) {
	var body updated
	if err := decode(a.body, shape{"projectUsersUpdateResult": body.take}.take); err != nil {
		return nil, garbled(a, err)
	}
	if !body.told {
		return nil, garbled(a, errors.New("it has no result"))
	}
	named := make(map[string]*task, 2*len(people))
	for _, t := range people {
		named[string(t.login)] = t
		if t.id != "" {
			named[brick.Fold(t.id)] = t
		}
	}
	told := map[*task]bool{}
	for _, f := range body.failed {
		if t := namedBy(named, f.user); t != nil {
			told[t] = true
			w.fail(refusedPerson(a, f.reason), t)
		}
	}
	for _, link := range body.successful {
		if t := namedBy(named, link); t != nil {
			told[t] = true
		}
	}
	for _, t := range people {
		if !told[t] {
			silent = append(silent, t)
		}
	}
	return silent, nil
}

// namedBy returns whom a link to an account means, nil when that is nobody.
func namedBy(named map[string]*task, link string) *task {
	if _, name, ok := strings.Cut(link, profilePrefix); ok {
		link = name
	}
	if t := named[link]; t != nil { // as he was named
		return t
	}
	if t := named[brick.Fold(link)]; t != nil {
		return t
	}
	plain, err := url.PathUnescape(link)
	if err != nil {
		return nil
	}
	return named[brick.Fold(plain)]
}

// refusedPerson is the error of somebody whom the platform refused.
func refusedPerson(a *answer, reason string) error {
	reason = oneLine(reason, longestMessage)
	kind := brick.Invalid
	if strings.Contains(strings.ToLower(reason), "doesn't exist") {
		kind = brick.NotFound
	}
	if reason == "" {
		reason = "the platform refuses him and gives no reason"
	}
	return &brick.Error{Kind: kind, RequestID: requestID(a, ""), Err: errors.New(reason)}
}
