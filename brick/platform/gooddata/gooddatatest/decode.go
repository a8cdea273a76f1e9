package gooddatatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// decode reads the body of a request. Keys that nobody reads are passed over,
// but one that differs from a known key in its letter case only is an error:
// the platform would pass over it as well, and the client would not notice.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return err
	}
	return exact(c.body, keysOf(nil, reflect.TypeOf(into)))
}

// exact demands the proper letter case of the keys of a JSON text.
func exact(text []byte, keys []string) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		end := i + 1
		for ; text[end] != '"'; end++ {
			if text[end] == '\\' {
				end++
			}
		}
		word := text[i+1 : end]
		i = end
		if !bytes.HasPrefix(bytes.TrimLeft(text[end+1:], " \t\r\n"), []byte(":")) {
			continue // a value
		}
		for _, key := range keys {
			if string(word) != key && strings.EqualFold(string(word), key) {
				return fmt.Errorf("key %q is written %q", key, word)
			}
		}
	}
	return nil
}

// keysOf appends the keys of a type and of those within it.
func keysOf(keys []string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return keysOf(keys, t.Elem())
	case reflect.Struct:
		for key, i := range fieldsOf(t) {
			keys = keysOf(append(keys, key), t.Field(i).Type)
		}
	}
	return keys
}
