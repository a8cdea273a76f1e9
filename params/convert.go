package params

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"users-brick/brick"
)

// errWrong says that a value is not what its field takes.
var errWrong = errors.New("wrong value")

// assign puts a value into the place that its field keeps it in, or notes why
// it cannot be taken.
func (r *reader) assign(path string, f *Field, n *node) {
	if f.Secret {
		n.hide()
	}
	to := f.at(r.p)
	if n.hidden() {
		r.hide(to)
	}
	var err error
	switch to := to.(type) {
	case *bool:
		*to, err = toFlag(n)
	case *int64:
		*to, err = toSize(n)
	case *time.Duration:
		*to, err = toDuration(n)
	case *brick.Limit:
		*to, err = toLimit(n)
	case *brick.Secret:
		err = toSecret(n, f, to)
	case *[]string:
		*to, err = toList(n, f)
	case *map[string]brick.Secret:
		*to, err = toSecrets(n)
	default:
		r.assignText(path, f, n, reflect.ValueOf(to).Elem())
	}
	if err != nil {
		r.wrong(path, f, n)
	}
}

// assignText puts a text into a place of kind string.
func (r *reader) assignText(path string, f *Field, n *node, to reflect.Value) {
	text, ok := n.wording()
	if !ok {
		r.wrong(path, f, n)
		return
	}
	if !f.Exact {
		text = strings.TrimSpace(text)
	}
	if f.Type == Column {
		text = brick.Fold(text)
	}
	switch {
	case text == "":
	case f.Choices == nil:
		to.SetString(text)
	case slices.Contains(f.Choices, brick.Fold(text)):
		to.SetString(brick.Fold(text))
	default:
		r.notes.fail(n.at, didYouMean(text, f.Choices, oneOf(f.Choices)), "%s %s is not known", path, n.show())
	}
}

// wrong notes that a value is not what its field takes.
func (r *reader) wrong(path string, f *Field, n *node) {
	r.notes.fail(n.at, "for example "+f.Example, "%s takes %s, not %s", path, f.Type.noun(), n.show())
}

// noun returns the type with its article, for messages.
func (t Type) noun() string {
	switch t {
	case Flag:
		return "true or false"
	case Size:
		return "a number of bytes"
	case Patterns:
		return "a list of regular expressions"
	case List:
		return "a list of texts"
	case Object, Objects, Texts:
		return "an " + string(t)
	}
	return "a " + string(t)
}

func toFlag(n *node) (bool, error) {
	if n.form == isList || n.form == isObject {
		return false, errWrong
	}
	switch brick.Fold(n.text) {
	case "true", "yes", "y", "t", "on", "1":
		return true, nil
	case "false", "no", "n", "f", "off", "0":
		return false, nil
	}
	return false, errWrong
}

// toLimit reads a number or a percentage; none lifts a default limit.
func toLimit(n *node) (brick.Limit, error) {
	switch {
	case n.form != isText && n.form != isNumber:
		return brick.Limit{}, errWrong
	case brick.Fold(n.text) == "none":
		return brick.Limit{}, nil
	}
	return brick.ParseLimit(n.text)
}

func toSecret(n *node, f *Field, to *brick.Secret) error {
	text, ok := n.wording()
	if !ok {
		return errWrong
	}
	if !f.Exact {
		text = strings.TrimSpace(text)
	}
	*to = brick.NewSecret(text)
	return nil
}

// toList reads a list of texts, or one text: several separated by commas,
// unless it is one as a whole. What counts with its spaces is always whole, and
// texts of nothing count there, too.
func toList(n *node, f *Field) ([]string, error) {
	parts, err := toParts(n, f.Exact || f.Type == Patterns)
	if err != nil || f.Exact {
		return parts, err
	}
	var list []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

// toParts returns the texts of a list, or those that one text holds.
func toParts(n *node, whole bool) ([]string, error) {
	if n.form != isList {
		text, ok := n.wording()
		switch {
		case !ok:
			return nil, errWrong
		case whole:
			return []string{text}, nil
		}
		return strings.Split(text, ","), nil
	}
	var parts []string
	for _, item := range n.items {
		text, ok := item.wording()
		if !ok && item.form != isNull {
			return nil, errWrong
		}
		parts = append(parts, text)
	}
	return parts, nil
}

func toSecrets(n *node) (map[string]brick.Secret, error) {
	if n.form != isObject {
		return nil, errWrong
	}
	secrets := map[string]brick.Secret{}
	for _, m := range n.members {
		text, ok := m.value.wording()
		if !ok {
			return nil, errWrong
		}
		secrets[m.key] = brick.NewSecret(text)
	}
	return secrets, nil
}

// toDuration reads 90s, 1m30s, 90d or a number of seconds.
func toDuration(n *node) (time.Duration, error) {
	if n.form != isText && n.form != isNumber {
		return 0, errWrong
	}
	text := strings.TrimSpace(n.text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		return toDays(days)
	}
	d, err := time.ParseDuration(text)
	if seconds, notNumber := strconv.ParseFloat(text, 64); notNumber == nil {
		if !(seconds*float64(time.Second) < math.MaxInt64) {
			return 0, errWrong
		}
		d, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || d <= 0 {
		return 0, errWrong
	}
	return d, nil
}

// toDays reads a number of days of 24 hours, of which there may be a hundred
// thousand.
func toDays(text string) (time.Duration, error) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || !(days > 0 && days <= 100_000) {
		return 0, errWrong
	}
	d := time.Duration(days * 24 * float64(time.Hour))
	if d <= 0 { // less than a nanosecond
		return 0, errWrong
	}
	return d, nil
}

func toSize(n *node) (int64, error) {
	if n.form != isText && n.form != isNumber {
		return 0, errWrong
	}
	return parseBytes(n.text)
}
