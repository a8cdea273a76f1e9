package params_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/params"
)

func TestSyntaxFaultsArePointedAt(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "p.json:1:1: the text is empty",
		" \n\t ":                        "p.json:2:3: the text is empty",
		"[]":                            "p.json:1:1: the params are an object, not a list",
		"\xff\xfe{\x00":                 "p.json:1:1: the text is UTF-16; hint: save it as UTF-8",
		"{\"a\xff\": 1}":                "p.json:1:4: the text is not UTF-8",
		"{\n  \"x_č\" 1}":               "p.json:2:9: expected ':' after the key",
		`{"dry_run" = true}`:            "p.json:1:12: expected ':' after the key",
		`{"dry_run"}`:                   "p.json:1:11: expected ':' after the key",
		`{"dry_run": true,}`:            "p.json:1:17: a comma before the closing '}'; hint: take the comma out",
		`{"whitelists": ["a@x.com", ]}`: "p.json:1:26: a comma before the closing ']'",
		`{"dry_run": true "verify": 1}`: "p.json:1:18: expected ',' or '}'",
		`{"dry_run": true,, "a": 1}`:    "p.json:1:18: a comma too many",
		"{ // why\n\"dry_run\": true}":  "p.json:1:3: comments are not allowed in JSON",
		"{\"dry_run\": true} # why":     "p.json:1:19: comments are not allowed",
		"{/* why */\"dry_run\": true}":  "p.json:1:2: comments are not allowed",
		`{'dry_run': true}`:             "p.json:1:2: expected a key in double quotes",
		`{dry_run: true}`:               "p.json:1:2: expected a key in double quotes",
		`{"sync_mode": 'sync_project'}`: "p.json:1:15: JSON knows no single quotes",
		`{"dry_run": True}`:             "p.json:1:13: expected a value; hint: write true, false or null in lower case",
		`{"dry_run": }`:                 "p.json:1:13: expected a value",
		`{"dry_run": true`:              "p.json:1:17: the text ends where ',' or '}' is expected",
		`{`:                             "p.json:1:2: the text ends inside an object",
		`{"dry_run": true}}`:            "p.json:1:18: unexpected text after the end",
		`{"max_removals": 01}`:          "p.json:1:18: not a JSON number",
		`{"sync_mode": "sync_pro`:       "p.json:1:15: a text without its closing quote",
		"{\"sync_mode\": \"sync\n\"}":   "p.json:1:15: a text without its closing quote",
		`{"timezone": "C:\users"}`:      "p.json:1:19: a character that must be escaped, or a wrong escape",
		strings.Repeat("[", 100):        "p.json:1:66: more than 64 objects and lists stand in each other",
	} {
		_, findings := load(text)
		if !strings.HasPrefix(lines(inTheText(findings)), want) {
			t.Errorf("%q gives\n%s\nwant\n%s", text, lines(findings), want)
		}
	}
}

// inTheText returns the errors of what stands in the text, not of what is
// missing in it.
func inTheText(findings brick.Findings) brick.Findings {
	var placed brick.Findings
	for _, f := range findings {
		if !f.Warning && f.Text != "input_source is missing" && !strings.HasSuffix(f.Text, "this mode needs it") {
			placed = append(placed, f)
		}
	}
	return placed
}

// errorsOf returns the findings that are no warnings and do not contain a text.
func errorsOf(findings brick.Findings, without string) brick.Findings {
	var rest brick.Findings
	for _, f := range findings {
		if !f.Warning && !strings.Contains(f.Text, without) {
			rest = append(rest, f)
		}
	}
	return rest
}

func TestByteOrderMarkIsNoFault(t *testing.T) {
	mustLoad(t, "\ufeff"+complete(""))
	_, findings := load("\ufeff" + `{"input_source": "u.csv", "organization": "o", "project": "p", "dry_rum": 1}`)
	expect(t, findings, `p.json:1:64: unknown param "dry_rum"; hint: did you mean "dry_run"?`)
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, findings := load(`{
  "sync_mode": "sync_projct",
  "organization": 7.5,
  "input_source": {"type": "wbe", "ulr": "x"},
  "dry_run": "perhaps", // soon
  "max_removals": "120%",
  "whitelist": []
}`)
	want := []string{
		`p.json:2:16: sync_mode "sync_projct" is not known; hint: did you mean "sync_project"?`,
		`p.json:3:19: organization takes a text, not 7.5; hint: for example "acme"`,
		`p.json:4:28: input_source.type "wbe" is not known; hint: did you mean "web"?`,
		`p.json:4:35: unknown key "ulr" in input_source; hint: did you mean "url"?`,
		`p.json:5:14: dry_run takes true or false, not "perhaps"; hint: for example true`,
		`p.json:5:25: comments are not allowed in JSON; hint: take it out, or keep it as a key that starts with x_`,
		`p.json:6:19: max_removals takes a number or percentage, not "120%"; hint: for example 25`,
		`p.json:7:3: unknown param "whitelist"; hint: did you mean "whitelists"?`,
	}
	if got := lines(findings); got != strings.Join(want, "\n") {
		t.Errorf("found:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestThingsSaidTwice(t *testing.T) {
	for keys, want := range map[string]string{
		`"dry_run": true, "dry_run": true`:                          `p.json:2:18: "dry_run" is given twice`,
		`"dry_run": true, "DRY_RUN": true`:                          "",
		`"dry_run": true, "DRY_RUN": false`:                         `p.json:2:18: "DRY_RUN" and "dry_run" in line 2 mean the same and have different values`,
		`"domain": "acme"`:                                          "",
		`"domain": "other"`:                                         `p.json:2:1: "domain" and "organization" in line 1 mean the same and have different values`,
		`"domain": null`:                                            "",
		`"data_source": "other.csv"`:                                `p.json:2:1: "data_source" and "input_source" in line 1 mean`,
		`"platform": {"type": "rest", "a": 1, "a": 1}`:              `p.json:2:38: "a" is given twice`,
		`"platform": {"type": "rest", "a": {"b": 1, "B": 2}}`:       `p.json:2:44: "B" and "b" in line 2 mean the same`,
		`"platform": {"type": "rest", "a": [{"b": 1, "b": 2}]}`:     `p.json:2:45: "b" is given twice`,
		`"sso_provider": null, "sso_provider": "x"`:                 `p.json:2:23: "sso_provider" is given twice`,
		`"aws_client": {"access_key_id": "a", "ACCESS_KEY_ID":"b"}`: `p.json:2:38: "ACCESS_KEY_ID" and "access_key_id" in line 2 mean`,
	} {
		_, findings := load(complete(keys))
		expect(t, findings, want)
	}
}

func TestUnknownKeys(t *testing.T) {
	for keys, want := range map[string]string{
		`"fist_name_column": "x"`:                        `p.json:2:1: unknown param "fist_name_column"; hint: did you mean "first_name_column"?`,
		`"wholly": 1`:                                    `p.json:2:1: unknown param "wholly"; hint: "users-brick show params" lists all params`,
		`"technical_users": []`:                          `p.json:2:1: unknown param "technical_users"; hint: put these logins into whitelists`,
		`"x_note": 1, "GDC_LOGGER_FILE": "secret"`:       `p.json:2:1: warning: not used here: "x_note", "GDC_LOGGER_FILE"`,
		`"Client_Gdc_Sst": "secret"`:                     `p.json:2:1: warning: not used here: "Client_Gdc_Sst"`,
		`"platform": {"type": "directory", "paht": "x"}`: `p.json:2:35: unknown key "paht" in platform; hint: did you mean "path"?`,
		`"platform": {"path": "x"}`:                      `p.json:2:13: platform has no type`,
		`"platform": 7`:                                  `p.json:2:13: platform takes an object, not 7`,
	} {
		_, findings := load(complete(keys))
		expect(t, findings, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text)
	}
	for _, text := range []string{
		`{"gd_encoded_params": "{\"organization\": \"\\${x} ${y}\"}", "y": 1}`, `{"a|b|": {"c": 1}, "|": 2}`,
		`{"input_source": {"type": "s3", "file": "k"}, "platform": {"type": "rest", "x": [1, {}]}}`,
		`{"schedule": "TZ=", "regexp_whitelists": ["(", "^a|b$"], "max_removals": "1e9%"}`,
		"{\"a\", 1 \"b\" // c", "\ufeff[1,2", `{"timeout": 1e400}`, `{"input_source": "{\"type\" 'x'"}`,
	} {
		f.Add(text)
	}
	for _, keys := range hardToWrite {
		f.Add(complete(keys))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, findings := load(text, "BRICK_PARAM_dry_run=1")
		rows := strings.Split(text, "\n")
		for _, finding := range findings {
			if finding.Source != "p.json" || finding.Line == 0 {
				continue
			}
			if finding.Line > len(rows) || finding.Column < 1 || finding.Column > utf8.RuneCountInString(rows[finding.Line-1])+1 {
				t.Fatalf("%s does not lie in the text", finding)
			}
		}
		if _, again := load(text, "BRICK_PARAM_dry_run=1"); lines(again) != lines(findings) {
			t.Fatalf("the findings vary:\n%s\n\n%s", lines(findings), lines(again))
		}
		if findings.Err() == nil {
			loadsAgain(t, p)
		}
	})
}

// loadsAgain fails unless the redacted params load to themselves, when they
// hold no secret.
func loadsAgain(t *testing.T, p *params.Params) {
	t.Helper()
	redacted := string(p.Redacted())
	if strings.Contains(redacted, "***") {
		return
	}
	again, findings := load(redacted)
	if err := findings.Err(); err != nil {
		t.Fatalf("%s\ndoes not load again: %v", redacted, err)
	}
	if got := string(again.Redacted()); got != redacted {
		t.Fatalf("%s\nbecomes\n%s", redacted, got)
	}
}
