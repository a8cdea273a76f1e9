package gooddata

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"users-brick/brick"
)

const (
	longestBody    = 64 << 10 // how much of the body of an error is looked at
	longestText    = 4 << 10  // how far a message is filled in
	longestMessage = 400      // characters of a message that are shown
	longestName    = 200      // characters of a class, a code or an id
)

// parseProblem reads the body of a refusal in any of the forms in which the
// platform, or something in front of it, writes one.
func parseProblem(status int, contentType string, body []byte, hide []brick.Secret) *problem {
	body = bytes.TrimSpace(body[:min(len(body), longestBody)])
	p := &problem{status: status}
	switch {
	case len(body) == 0:
	case strings.Contains(strings.ToLower(contentType), "html") || body[0] == '<':
		p.message = page(body)
	default:
		if !p.parseJSON(body, hide) {
			p.password, p.message = speaksOfPassword(string(body)), words(string(body), hide)
		}
	}
	p.password = p.password || speaksOfPassword(p.message)
	p.message = shown(p.message, longestMessage, hide)
	p.class, p.code = shown(p.class, longestName, hide), shown(p.code, longestName, hide)
	return p
}

// shown returns a text as [oneLine] does, without secrets: neither as they are
// spelled nor as they would be once what cannot be seen in them is left out.
func shown(s string, most int, hide []brick.Secret) string {
	return oneLine(masked(oneLine(masked(s, hide), len(s)), hide), most)
}

// speaksOfPassword reports whether a text names a password, other than as a
// way to log in.
func speaksOfPassword(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "password") && !strings.Contains(s, "authenticationmodes")
}

// body of an error, with or without the wrapper around it.
type errorBody struct {
	Error       json.RawMessage `json:"error"`
	Class       text            `json:"errorClass"`
	ErrorCode   text            `json:"errorCode"`
	Code        text            `json:"code"` // a number where the gateway speaks
	Message     text            `json:"message"`
	Description text            `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

// parseJSON fills in the problem and reports whether the body was JSON of an
// error at all.
func (p *problem) parseJSON(body []byte, hide []brick.Secret) bool {
	var e errorBody
	if json.Unmarshal(body, &e) != nil {
		return false
	}
	if inner := bytes.TrimSpace(e.Error); len(inner) > 0 && inner[0] == '{' {
		e = errorBody{}
		if json.Unmarshal(inner, &e) != nil {
			return false
		}
	} else if e.Message == "" {
		e.Message = plain(inner)
	}
	p.class, p.code = string(e.Class), firstOf(string(e.ErrorCode), string(e.Code))
	params := parameters(e.Parameters)
	p.password = speaksOfPassword(p.class + " " + string(e.Message) + " " + strings.Join(params, " "))
	for i := range params {
		params[i] = masked(params[i], hide)
	}
	p.message = fill(masked(firstOf(string(e.Message), string(e.Description)), hide), params)
	if strings.TrimSpace(p.message) == "" {
		p.message = p.class
	}
	return true
}

// parameters returns the values for a message, as text.
func parameters(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		if one := plain(raw); one != "" {
			return []string{string(one)}
		}
		return nil
	}
	params := make([]string, len(list))
	for i, value := range list {
		params[i] = string(plain(value))
	}
	return params
}

// text is a JSON value of which the text is wanted, whatever its type: the
// platform writes numbers where it means text, and null where it means none.
type text string

// UnmarshalJSON takes any value.
func (t *text) UnmarshalJSON(raw []byte) error {
	*t = plain(raw)
	return nil
}

// plain returns a string without its quotes, nothing for null, and any other
// value in JSON as [inJSON] spells it, however it is written.
func plain(raw []byte) text {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return text(s)
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return text(raw)
	}
	return text(spelled(value))
}

// verb is a place in a message that a parameter goes into.
var verb = regexp.MustCompile(`%(?:%|(?:([1-9][0-9]?)\$)?[sdifx])`)

// fill puts the parameters into a message. Where they run out the place stays
// as it is; those that no place asks for follow in parentheses.
func fill(message string, params []string) string {
	var b strings.Builder
	used := make([]bool, len(params))
	next, done := 0, 0
	for _, at := range verb.FindAllStringSubmatchIndex(message, -1) {
		b.WriteString(message[done:at[0]])
		done = at[1]
		i := next
		switch place := message[at[0]:at[1]]; {
		case place == "%%":
			b.WriteByte('%')
			continue
		case at[2] >= 0:
			i, _ = strconv.Atoi(message[at[2]:at[3]])
			i--
		default:
			next++
		}
		if i < len(params) {
			b.WriteString(params[i])
			used[i] = true
		} else {
			b.WriteString(message[at[0]:at[1]])
		}
		if b.Len() > longestText {
			return b.String()
		}
	}
	b.WriteString(message[done:])
	return b.String() + unused(params, used)
}

func unused(params []string, used []bool) string {
	var left []string
	for i, p := range params {
		if !used[i] && p != "" {
			left = append(left, p)
		}
	}
	if left == nil {
		return ""
	}
	return " (" + strings.Join(left, ", ") + ")"
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// page names an HTML page by its title.
func page(body []byte) string {
	found := title.FindSubmatch(body)
	if found == nil || len(bytes.TrimSpace(found[1])) == 0 {
		return "an HTML page"
	}
	return "an HTML page: " + html.UnescapeString(string(found[1]))
}

// words returns a body that is no JSON of an error, as far as it may be shown.
// In JSON that breaks off, or is of something else, a secret may be spelled in
// many ways or be there in part: with one to hide, none of that is shown.
func words(body string, hide []brick.Secret) string {
	for _, secret := range hide {
		switch {
		case !secret.Given():
		case strings.ContainsAny(body, `{["\`):
			return "the reason that the platform gives cannot be read"
		default:
			body = withoutBeginning(body, secret.Reveal())
		}
	}
	return body
}

// leastBeginning is how many bytes of a secret are taken for its beginning.
const leastBeginning = 3

// withoutBeginning returns a text that does not break off within a secret.
func withoutBeginning(s, secret string) string {
	for n := len(secret) - 1; n >= leastBeginning; n-- {
		if rest, found := strings.CutSuffix(s, secret[:n]); found {
			return rest + "***"
		}
	}
	return s
}

// masked returns a text in which no secret shows, be it spelled as in JSON.
func masked(s string, hide []brick.Secret) string {
	for _, secret := range hide {
		if secret.Given() {
			s = strings.ReplaceAll(s, secret.Reveal(), "***")
			s = strings.ReplaceAll(s, inJSON(secret.Reveal()), "***")
		}
	}
	return s
}

// inJSON returns a text as it stands between the quotes of JSON.
func inJSON(s string) string {
	return strings.TrimSuffix(strings.TrimPrefix(spelled(s), `"`), `"`)
}

// spelled returns what JSON has been read into as JSON, with as few escapes as
// there may be.
func spelled(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(value) // of texts, numbers, lists and objects, which never fails
	return strings.TrimSuffix(b.String(), "\n")
}

// oneLine returns a text without line breaks and characters that play tricks
// with a terminal, cut to so many characters.
func oneLine(s string, most int) string {
	var b strings.Builder
	space, count := false, 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
			continue
		case !unicode.IsGraphic(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
			count++
		}
		if count++; count > most {
			return strings.TrimSuffix(b.String(), " ") + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
