package params

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"users-brick/brick"
)

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// Schema returns the JSON Schema (draft 2020-12) of the params, for editors and
// for checks before a deployment. Documents that validate may still be wrong,
// where params depend on each other or on the environment; a document that
// loads validates, as long as it spells names and words as the table does.
func Schema(modes []brick.Mode) []byte {
	fields := Fields()
	root := objectSchema(fields)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "users-brick params"
	root["description"] = "What a run of users-brick is told to do."
	var words []any
	for _, m := range modes {
		words = append(words, m.Name)
	}
	root["properties"].(schema)["sync_mode"].(schema)["enum"] = append(words, "", nil)

	// Keys that are no params may be there to be referred to by encoded ones.
	delete(root, "additionalProperties")
	root["if"] = schema{"not": schema{"anyOf": []any{
		schema{"required": []string{encodedName}}, schema{"required": []string{hiddenName}},
	}}}
	root["then"] = schema{"propertyNames": schema{"anyOf": []any{
		schema{"enum": names(fields)},
		schema{"pattern": `^(` + anyCase("gdc_") + `|` + anyCase("client_gdc_") + `|` + anyCase("x_") + `)`},
		schema{"pattern": `\|`},
	}}}
	// Maps are encoded in the order of their keys, so the text never varies.
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil
	}
	return append(text, '\n')
}

// objectSchema describes an object with these fields, under all their names.
func objectSchema(fields []Field) schema {
	properties := schema{}
	var required []any
	for i := range fields {
		f := &fields[i]
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			properties[name] = f.schema()
		}
		if f.Name == "type" && f.Required {
			required = append(required, f.Name)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		s["required"] = required
	}
	return s
}

func (f *Field) schema() schema {
	s := f.Type.schema()
	switch {
	case f.Name == "platform":
		s = schema{"anyOf": []any{textSchema(), platformSchema(f.Fields)}}
	case f.Type == Object:
		inside := objectSchema(f.Fields)
		inside["additionalProperties"] = f.Open
		s = schema{"anyOf": []any{textSchema(), inside}}
	case f.Type == Objects:
		inside := objectSchema(f.Fields)
		s = schema{"anyOf": []any{textSchema(), inside, schema{"type": "array", "items": inside}}}
	case f.Choices != nil:
		choices := []any{"", nil}
		for _, c := range slices.Backward(f.Choices) {
			choices = slices.Insert(choices, 0, any(c))
		}
		s["enum"] = choices
	}
	s["title"] = strings.ReplaceAll(f.Name, "_", " ")
	s["description"] = f.Help
	s["examples"] = []any{json.RawMessage(f.Example)}
	if value, known := f.defaultValue(); known {
		s["default"] = value
	}
	return s
}

// platformSchema describes the directory and GoodData strictly, and of other
// platforms only that they have a type.
func platformSchema(fields []Field) schema {
	s := objectSchema(fields[:1])
	delete(s, "additionalProperties")
	var strict []any
	for _, kind := range []string{DirectoryPlatform, GoodDataPlatform} {
		known := forType(fields, kind)
		properties := objectSchema(known)["properties"].(schema)
		delete(properties, "type")
		strict = append(strict, schema{
			"if":   schema{"properties": schema{"type": schema{"const": kind}}},
			"then": schema{"properties": properties, "propertyNames": schema{"enum": names(known)}},
		})
	}
	s["allOf"] = strict
	return s
}

// defaultValue returns the default in the field's own JSON type.
func (f *Field) defaultValue() (any, bool) {
	switch {
	case f.Default == "":
		return nil, false
	case f.Type == Flag:
		return f.Default == "true", true
	}
	return f.Default, true
}

func textSchema() schema { return schema{"type": []any{"string", "null"}} }

// wordingSchema describes texts, and whole numbers that stand for one.
func wordingSchema() schema { return schema{"type": []any{"string", "integer", "null"}} }

// schema describes what the type takes, in all its forms.
func (t Type) schema() schema {
	switch t {
	case Flag:
		words := matching(anyCase("true"), anyCase("yes"), anyCase("y"), anyCase("t"), anyCase("on"), "1",
			anyCase("false"), anyCase("no"), anyCase("n"), anyCase("f"), anyCase("off"), "0")
		return schema{"anyOf": []any{schema{"type": []any{"boolean", "null"}}, schema{"enum": []any{0, 1}}, words}}
	case Limit:
		return schema{"anyOf": []any{
			schema{"type": []any{"integer", "null"}, "minimum": 0},
			matching(`[0-9]+`, `[0-9]+(\.[0-9]+)?\s*%`, anyCase("none")),
		}}
	case Duration, Size:
		return schema{"anyOf": []any{textSchema(), schema{"type": "number", "exclusiveMinimum": 0}}}
	case List, Patterns:
		return schema{"anyOf": []any{wordingSchema(), schema{"type": "array", "items": wordingSchema()}}}
	case Texts:
		return schema{"anyOf": []any{textSchema(), schema{"type": "object", "additionalProperties": schema{"type": []any{"string", "integer"}}}}}
	case Encoded:
		return schema{"type": []any{"string", "object", "null"}}
	}
	return wordingSchema()
}

// matching describes texts that are empty or match one of the patterns, spaces
// around them aside.
func matching(patterns ...string) schema {
	return schema{"type": "string", "pattern": `^\s*(` + strings.Join(patterns, "|") + `)?\s*$`}
}

// anyCase returns a pattern for a word in any letter case; patterns of JSON
// Schema have no flag for that.
func anyCase(word string) string {
	var b strings.Builder
	for _, c := range word {
		if upper := unicode.ToUpper(c); upper != c {
			b.WriteString("[" + string(upper) + string(c) + "]")
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}
