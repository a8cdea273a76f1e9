package plan

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"users-brick/brick"
)

// EncodeChange returns the line of plan.ndjson for a change, with its line
// end. Its password is never part of it.
func EncodeChange(c *brick.Change) ([]byte, error) { return AppendChange(nil, c) }

// AppendChange appends what EncodeChange returns. When it fails the result is
// nil.
//
// It writes what encoding/json would write of a [changeRecord], without
// escaping what only matters in HTML, so that one can read and grep why: role
// viewer -> admin. Millions of changes are written.
func AppendChange(b []byte, c *brick.Change) ([]byte, error) {
	b = append(b, `{"kind":"`+changeKind+`","scope":{"level":`...)
	b = appendText(b, c.Scope.Level.String())
	b = append(b, `,"id":`...)
	b = appendText(b, c.Scope.ID)
	b = append(b, `},"login":`...)
	b = appendText(b, string(c.Login()))
	b = append(b, `,"action":`...)
	b = appendText(b, c.Action.String())
	b = appendGiven(b, `,"why":`, c.Why)
	b = appendGiven(b, `,"administrator":`, c.Lead.String())
	if c.SetPassword {
		b = append(b, `,"set_password":true`...)
	}
	if c.AddGroups {
		b = append(b, `,"add_groups":true`...)
	}
	if c.Clear != 0 {
		b = appendList(b, `,"clear":`, c.Clear.Names())
	}
	var err error
	if b, err = appendMember(b, `,"before":`, c.Before); err != nil {
		return nil, err
	}
	if b, err = appendMember(b, `,"after":`, c.After); err != nil {
		return nil, err
	}
	return append(b, "}\n"...), nil
}

// appendMember appends a member under a key, nothing when there is none.
func appendMember(b []byte, key string, m *brick.Member) ([]byte, error) {
	if m == nil {
		return b, nil
	}
	b = append(b, key...)
	b = append(b, `{"login":`...)
	b = appendText(b, string(m.Login))
	if m.Status != 0 {
		b = append(b, `,"status":`...)
		b = appendText(b, m.Status.String())
	}
	if m.Profile != (brick.Profile{}) {
		text, err := m.Profile.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b = append(b, `,"profile":`...)
		b = append(b, text...)
	}
	b = appendList(b, `,"roles":`, m.Roles)
	b = appendList(b, `,"groups":`, m.Groups)
	b = appendGiven(b, `,"ref":`, m.Ref)
	return append(b, '}'), nil
}

// appendList appends a list under a key, nothing when it is nil.
func appendList(b []byte, key string, list []string) []byte {
	if list == nil {
		return b
	}
	b = append(b, key...)
	b = append(b, '[')
	for i, text := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, text)
	}
	return append(b, ']')
}

// appendGiven appends a text under a key, nothing when it is empty.
func appendGiven(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, key...), text)
}

// appendText appends a JSON string. What needs an escape is left to
// encoding/json, except for what it only escapes for HTML.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return append(b, escaped(text)...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

func escaped(text string) []byte {
	var line bytes.Buffer
	out := json.NewEncoder(&line)
	out.SetEscapeHTML(false)
	if out.Encode(text) != nil {
		return []byte(`""`) // no text fails
	}
	return bytes.TrimSuffix(line.Bytes(), []byte("\n"))
}
