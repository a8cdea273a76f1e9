package brick

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unique"
)

// Field names one attribute of an account.
type Field uint8

// The attributes of an account, in the order in which they are written.
const (
	FirstName Field = iota
	LastName
	Email
	AuthenticationModes // a list: password, sso
	SSOProvider
	Language
	Company
	Position
	Country
	Phone
	IPWhitelist // a list of addresses and networks

	NumFields
)

var fieldNames = [NumFields]string{
	"first_name", "last_name", "email", "authentication_modes", "sso_provider",
	"language", "company", "position", "country", "phone", "ip_whitelist",
}

// String returns the name that files, dumps and plans use, such as first_name.
func (f Field) String() string {
	if f < NumFields {
		return fieldNames[f]
	}
	return fmt.Sprintf("field(%d)", f)
}

// IsList reports whether the field holds several values.
func (f Field) IsList() bool { return f == AuthenticationModes || f == IPWhitelist }

// Fields yields all fields in order.
func Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for f := range NumFields {
			if !yield(f) {
				return
			}
		}
	}
}

// Profile holds the attributes of an account that are given, and only those:
// an attribute that is not given is the empty text, and comparing or laying
// one profile over another leaves it alone. Profiles compare with ==.
//
// Lists are kept as their values, sorted, without repetition, joined by
// commas; set them with [Profile.SetList].
type Profile [NumFields]string

// NewProfile returns the attributes that a new account has when the file does
// not give them: its email is the login, its names are the login's local
// part.
func NewProfile(login Login) Profile {
	return Profile{
		FirstName: login.Local(), LastName: login.Local(),
		Email: string(login), Language: DefaultLanguage,
	}
}

// SetList gives a list field the values, dropping empty and repeated ones and
// ordering them, so that the order in which they were written never matters.
// No value left means not given.
func (p *Profile) SetList(f Field, values []string) {
	p[f] = strings.Join(Set(values), ",")
}

// List returns the values of a list field, nil when it is not given.
func (p *Profile) List(f Field) []string {
	if p[f] == "" {
		return nil
	}
	return strings.Split(p[f], ",")
}

// Differs returns the fields that want gives and that p does not have so.
func (p *Profile) Differs(want *Profile) []Field {
	var fields []Field
	for f := range Fields() {
		if want[f] != "" && want[f] != p[f] {
			fields = append(fields, f)
		}
	}
	return fields
}

// Overlay returns p with everything that want gives laid over it.
func (p Profile) Overlay(want *Profile) Profile {
	for f, text := range want {
		if text != "" {
			p[f] = text
		}
	}
	return p
}

// MarshalJSON writes the given fields as an object, in field order, lists as
// arrays.
func (p Profile) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for f := range Fields() {
		if p[f] == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		var value any = p[f]
		if f.IsList() {
			value = p.List(f)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", f.String(), text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what [Profile.MarshalJSON] writes. An unknown field is
// an error.
func (p *Profile) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*p = Profile{}
	for name, value := range raw {
		i := slices.Index(fieldNames[:], name)
		if i < 0 {
			return fmt.Errorf("unknown account field %q", name)
		}
		f := Field(i)
		if f.IsList() {
			var list []string
			if err := json.Unmarshal(value, &list); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			p.SetList(f, list)
			continue
		}
		if err := json.Unmarshal(value, &p[f]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Secret is a text that never shows: every way of printing or encoding it
// gives *** or a place in memory, also where it lies in a field that fmt may
// not ask. Only [Secret.Reveal] returns the text. Secrets compare with ==.
type Secret struct{ text unique.Handle[string] }

// NewSecret returns the text as a secret. The empty text means none given.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// Reveal returns the text itself, for the one place that must send it.
func (s Secret) Reveal() string {
	if !s.Given() {
		return ""
	}
	return s.text.Value()
}

// Given reports whether there is a text at all.
func (s Secret) Given() bool { return s != Secret{} }

// String returns *** for a given secret, and nothing for none.
func (s Secret) String() string {
	if !s.Given() {
		return ""
	}
	return "***"
}

// Format keeps every verb of package fmt from showing the text.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText keeps encoders from showing the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
