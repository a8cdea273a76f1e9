package gooddatatest

import (
	"encoding/json"
	"strconv"
)

// The texts of an account.
const (
	firstName = iota
	lastName
	email
	companyName
	position
	country
	phoneNumber
	timezone
	ssoProvider
	language

	numTexts
)

// textKeys are the keys of the texts on the wire.
var textKeys = [numTexts]string{
	"firstName", "lastName", "email", "companyName", "position", "country", "phoneNumber", "timezone", "ssoProvider", "language",
}

// texts returns where the document has the texts.
func (a *Account) texts() [numTexts]*string {
	return [numTexts]*string{
		&a.FirstName, &a.LastName, &a.Email, &a.Company, &a.Position, &a.Country, &a.Phone, &a.Timezone, &a.SSOProvider, &a.Language,
	}
}

// out is a JSON text that is being written. Pages of a thousand members are
// common, so it is written by appending.
type out []byte

// raw appends pieces of JSON as they are.
func (o out) raw(pieces ...string) out {
	for _, piece := range pieces {
		o = append(o, piece...)
	}
	return o
}

// text appends a text in quotes, which its pieces make together.
func (o out) text(pieces ...string) out {
	begin := len(o)
	o = append(o, '"')
	for _, piece := range pieces {
		o = append(o, piece...)
	}
	for _, c := range o[begin+1:] {
		if c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			return o.escaped(begin)
		}
	}
	return append(o, '"')
}

// uri appends a URI in quotes, whose pieces need no escapes: ids that [check]
// took.
func (o out) uri(pieces ...string) out {
	o = append(o, '"')
	for _, piece := range pieces {
		o = append(o, piece...)
	}
	return append(o, '"')
}

// escaped writes the text that begins at an offset once more, with escapes.
func (o out) escaped(begin int) out {
	quoted, _ := json.Marshal(string(o[begin+1:])) // of a string: cannot fail
	return append(o[:begin], quoted...)
}

func (o out) nullable(t text) out {
	if !t.given {
		return append(o, "null"...)
	}
	return o.text(t.string)
}

func (o out) int(n int) out { return strconv.AppendInt(o, int64(n), 10) }

// list appends a list of texts.
func (o out) list(texts []string) out {
	o = append(o, '[')
	for i, t := range texts {
		o = o.comma(i).text(t)
	}
	return append(o, ']')
}

// comma appends a comma unless the i-th element is the first.
func (o out) comma(i int) out {
	if i > 0 {
		return append(o, ',')
	}
	return o
}
