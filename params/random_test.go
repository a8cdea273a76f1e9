package params_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/params"
)

// documents draws documents that are made of known and unknown keys with right
// and wrong values, so that most of them get past the parser.
func documents() *rapid.Generator[string] {
	values := []string{`null`, `""`, `" "`, `true`, `"no"`, `0`, `7`, `"3%"`, `2.5`, `"x"`, `"a,b"`, `["a@x.com", " "]`, `{}`, `[[]]`,
		`"${x}"`, `"\\${x}"`, `{"type": "web", "url": "u"}`, `{"type": "file", "path": "/u", "quote": "'"}`, `{"type": "z", "a": [1, {"b": null}]}`,
		`"{\"type\": \"file\", \"path\": \"p\"}"`, `"{\"dry_run\": \"${x}\"}"`, `{"organization": "o2", "platform": "directory"}`}
	keys := []string{"x", "x_note", "GDC_SST", "platform|a|b", "input_source|path", "data_source", "domain", "Dry_Run", "dry_rum", "|"}
	for _, f := range params.Fields() {
		keys = append(keys, f.Name)
		values = append(values, f.Example)
	}
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			key := rapid.SampledFrom(keys).Draw(t, "key")
			return fmt.Sprintf("%q: %s", key, rapid.SampledFrom(values).Draw(t, "value"))
		}), 0, 6).Draw(t, "parts")
		return complete(strings.Join(parts, ",\n"))
	})
}

// hardToWrite are keys with values of which the redacted params must take care
// so that they load to themselves.
var hardToWrite = []string{
	`"input_source|type": "web", "input_source|url": "#"`, `"input_source|type": "web", "input_source|url": "u #"`,
	`"input_source|type": "web", "input_source|url": "http://x/ #"`, `"sso_provider": "a://b/ #"`, `"data_product": "a://b#"`,
	`"notify": {"type": "webhook", "url": "http://x/ #"}`, `"notify": [{"type": "webhook", "url": "http://x", "headers": {"A": "", "a": ""}}]`,
	`"platform": {"type": "rest", "x": {"a": null, "A": 1}}`, `"platform": {"type": "rest", "x": [{"a": "", "A": {"b": 1}}]}`,
	`"platform": {"type": "rest", "x": {"a": null, "A": ""}}`, `"platform": {"type": "a://b/ #"}`,
	`"platform": {"type": "rest", "a": -0.0, "b": -0, "c": -1e-400, "d": 1e400, "e": 1e20, "f": 1e21, "g": 9223372036854775808}`,
	`"platform|type": "rest", "platform|a": ` + strings.Repeat("[", 62) + strings.Repeat("]", 62),
	`"platform|type": "rest", "platform|a": ` + strings.Repeat("[", 63) + strings.Repeat("]", 63),
	`"platform|type": "rest", "platform` + strings.Repeat("|a", 63) + `": 1`, `"platform|type": "rest", "platform` + strings.Repeat("|a", 64) + `": 1`,
	`"platform": "{\"type\":\"rest\",\"a\":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}"`,
	`"max_removals": "-0%"`, `"max_removals": "0x1p-3%"`, `"max_updates": "1e-300%"`, `"max_removals": 4503599627370495`,
	`"input_source|max_bytes": "9.2233720368547748e18"`, `"removal_grace": "9223372036.854775807s"`, `"removal_grace": "1e-9"`,
}

func TestWhatIsHardToWriteLoadsAgain(t *testing.T) {
	loaded := 0
	for _, keys := range hardToWrite {
		document := strings.Replace(complete(keys), `"input_source": "users.csv"`, `"input_source": {"type": "file", "path": "users.csv"}`, 1)
		if p, findings := load(document); findings.Err() == nil {
			loaded++
			loadsAgain(t, p)
		}
	}
	if loaded < len(hardToWrite)-3 { // three stand too deep
		t.Errorf("of %d documents only %d load", len(hardToWrite), loaded)
	}
}

func TestWhateverLoadsLoadsAgain(t *testing.T) {
	loaded := 0
	rapid.Check(t, func(rt *rapid.T) {
		text := documents().Draw(rt, "text")
		p, findings := load(text)
		if _, again := load(text); lines(again) != lines(findings) {
			rt.Fatalf("the findings vary:\n%s\n\n%s", lines(findings), lines(again))
		}
		if findings.Err() == nil {
			loaded++
			loadsAgain(t, p)
		}
	})
	if loaded == 0 {
		t.Error("no document loads")
	}
}

func TestOrderOfKeysNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := []string{
			`"organization": "acme"`, `"project": "p1"`, `"input_source": {"type": "web", "url": "https://x.org"}`, `"platform|a": 1`,
			`"gd_encoded_params": {"platform": {"type": "rest"}, "sso_provider": "${x}"}`, `"x": "y"`, `"sso_provider": "plain"`,
			`"gd_encoded_hidden_params": {"input_source": {"password": "${x}"}}`, `"CLIENT_GDC_HOSTNAME": "a"`, `"GDC_HOSTNAME": "b"`,
		}
		first, findings := load("{" + strings.Join(keys, ", ") + "}")
		second, _ := load("{" + strings.Join(rapid.Permutation(keys).Draw(t, "order"), ", ") + "}")
		if err := findings.Err(); err != nil || first.Digest() != second.Digest() {
			t.Fatalf("%v\n%v\n%v", err, first, second)
		}
	})
}
