package params

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"users-brick/brick"
)

// Options are the keys of a platform that only its connector knows. Values are
// string, bool, int64, float64, [Options], []any of these, and [brick.Secret]
// for texts that are hidden or whose key says that they are secret. Printing
// or encoding Options shows no secret.
type Options map[string]any

// Text returns the text under a key, secret or not, and nothing when there is
// none.
func (o Options) Text(key string) string {
	switch v := o[key].(type) {
	case string:
		return v
	case brick.Secret:
		return v.Reveal()
	}
	return ""
}

// Format writes the redacted form, whatever the verb.
func (o Options) Format(s fmt.State, _ rune) { s.Write(compact(o.redacted())) }

// MarshalJSON writes the redacted form.
func (o Options) MarshalJSON() ([]byte, error) { return compact(o.redacted()), nil }

func (o Options) redacted() map[string]any {
	shown := map[string]any{}
	for key, value := range o {
		shown[key] = redactedOption(value)
	}
	return shown
}

func redactedOption(value any) any {
	switch v := value.(type) {
	case Options:
		return v.redacted()
	case brick.Secret:
		return v.String()
	case string:
		return redactAddress(v)
	case []any:
		shown := make([]any, len(v))
		for i := range v {
			shown[i] = redactedOption(v[i])
		}
		return shown
	}
	return value
}

// options returns the keys of a platform other than its type.
func options(n *node) Options {
	o := Options{}
	for _, m := range n.members {
		if brick.Fold(m.key) != "type" && m.value.form != isNull {
			o[m.key] = option(m.key, m.value)
		}
	}
	return o
}

// option returns a value in its Go type. Everything below a secret key, and
// all of an object with a secret in it, is secret.
func option(key string, n *node) any {
	if secretKey(key) || n.secret || n.form == isObject && n.hidden() {
		n.hide()
	}
	switch n.form {
	case isObject:
		o := Options{}
		for _, m := range n.members {
			o[m.key] = option(m.key, m.value)
		}
		return o
	case isList:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = option(key, item)
		}
		return list
	case isNull:
		return nil
	}
	if n.secret {
		return brick.NewSecret(n.text)
	}
	return scalar(n)
}

func scalar(n *node) any {
	switch n.form {
	case isFlag:
		return n.text == "true"
	case isNumber:
		if whole, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return whole
		}
		if number, err := strconv.ParseFloat(n.text, 64); err == nil && number != 0 {
			return number
		} else if err == nil {
			return int64(0) // -0.0, too, which is written as -0 and read as 0
		}
	}
	return n.text
}

// secretKey reports whether a key says that its value is secret.
func secretKey(key string) bool {
	folded := strings.NewReplacer("_", "", "-", "", " ", "").Replace(brick.Fold(key))
	for _, word := range []string{"password", "passphrase", "passwd", "secret", "token", "credential", "authorization", "privatekey", "apikey", "accesskey", "sst", "connectionstring", "dsn", "bearer", "cookie"} {
		if strings.Contains(folded, word) {
			return true
		}
	}
	return false
}

// compact returns the JSON of a value that always has one.
func compact(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return []byte("{}")
	}
	return text
}
