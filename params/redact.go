package params

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"

	"users-brick/brick"
)

// hiddenText stands where a secret would.
const hiddenText = "***"

// Redacted returns the effective params as indented JSON that is always the
// same for the same params: defaults are written out, but for the usual names
// of columns, which the file need not have; other params without a value are
// left out, and secrets are ***. The user's name and the query of an
// address count as secret. Without secrets it is a document that loads to the same
// params.
func (p *Params) Redacted() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(p.redacted("", Fields())); err != nil {
		return []byte("{}\n")
	}
	return b.Bytes()
}

// Digest returns "sha256:" and the checksum of the redacted params: secrets
// count as present or absent, and who works on the platform does not count.
func (p *Params) Digest() string {
	work := *p
	work.Platform.GoodData = GoodData{URL: p.Platform.GoodData.URL}
	sum := sha256.Sum256(work.Redacted())
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Format writes the redacted params, whatever the verb.
func (p Params) Format(s fmt.State, _ rune) { s.Write(p.Redacted()) }

// MarshalJSON writes the redacted params.
func (p Params) MarshalJSON() ([]byte, error) { return compact(p.redacted("", Fields())), nil }

// Format writes the redacted input, whatever the verb.
func (in Input) Format(s fmt.State, _ rune) { s.Write(compact(in.redacted())) }

// MarshalJSON writes the redacted input.
func (in Input) MarshalJSON() ([]byte, error) { return compact(in.redacted()), nil }

func (in Input) redacted() map[string]any {
	p := Params{Input: in, hidden: in.hidden}
	return p.redacted("input_source.", inputField().Fields)
}

// Format writes the redacted platform, whatever the verb.
func (to Platform) Format(s fmt.State, _ rune) { s.Write(compact(to.redacted())) }

// MarshalJSON writes the redacted platform.
func (to Platform) MarshalJSON() ([]byte, error) { return compact(to.redacted()), nil }

func (to Platform) redacted() map[string]any {
	p := Params{Platform: to, hidden: to.hidden}
	shown := p.redacted("platform.", platformField().Fields)
	for key, value := range to.Options.redacted() {
		shown[key] = value
	}
	return shown
}

// redacted returns the values of the fields by name.
func (p *Params) redacted(above string, fields []Field) map[string]any {
	shown := map[string]any{}
	for i := range fields {
		f := &fields[i]
		path := above + f.Name
		switch {
		case f.Elsewhere:
		case path == "platform":
			shown[f.Name] = p.Platform.redacted()
		case f.Type == Objects:
			if len(p.Notify) > 0 {
				shown[f.Name] = p.redactedNotify(path, f)
			}
		case len(f.Fields) > 0:
			if inside := p.redacted(path+".", f.Fields); len(inside) > 0 {
				shown[f.Name] = inside
			}
		case f.at != nil:
			value, given := plain(f.at(p))
			usual := f.Type == Column && value == any(f.Default) && !p.named[f.Name]
			if given && !usual && (above == "" || value != any(false)) {
				shown[f.Name] = value
			}
		}
		if _, given := shown[f.Name]; given && p.hidden[path] {
			shown[f.Name] = hiddenText
		}
	}
	if address, ok := shown["url"].(string); ok && !strings.Contains(address, "://") {
		shown["url"] = redactTail(address)
	}
	return shown
}

// plain returns what is kept in a place in the form that JSON has for it, and
// whether there is a value at all.
func plain(at any) (value any, given bool) {
	switch v := at.(type) {
	case *bool:
		return *v, true
	case *int64:
		return *v, *v != 0
	case *time.Duration:
		return v.String(), *v != 0
	case *brick.Limit:
		return v.String(), true
	case *brick.Secret:
		return v.String(), v.Given()
	case *[]string:
		return *v, len(*v) > 0
	case *map[string]brick.Secret:
		return *v, len(*v) > 0
	}
	text := reflect.ValueOf(at).Elem().String()
	return redactAddress(text), text != ""
}

// redactAddress returns an address without its user and with its query and
// fragment hidden, and any text that is no address unchanged.
func redactAddress(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case !found:
		return text
	case strings.ContainsAny(scheme, "?#"): // the address stands in the query of another one
		return redactTail(text)
	}
	if _, err := url.Parse(text); err != nil {
		return scheme + "://" + hiddenText
	}
	end := strings.IndexAny(rest+"/", "/?#")
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		rest = hiddenText + rest[at:]
	}
	return scheme + "://" + redactTail(rest)
}

// redactTail hides the values of a query and the fragment after an address. What
// is left must be read as the same address again: a # without anything behind it
// stays, since without it there may be no address, or one that ends in a space.
func redactTail(rest string) string {
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		rest += "?" + redactQuery(query)
	}
	if hasFragment {
		rest += "#"
	}
	if fragment != "" {
		rest += hiddenText
	}
	return rest
}

// redactQuery keeps the names of a query's values.
func redactQuery(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if name, _, found := strings.Cut(part, "="); found {
			parts[i] = name + "=" + hiddenText
		} else if part != "" {
			parts[i] = hiddenText
		}
	}
	return strings.Join(parts, "&")
}
