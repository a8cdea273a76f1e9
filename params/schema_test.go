package params_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"users-brick/brick"
	"users-brick/params"
)

// validator returns a function that checks a document against the schema.
func validator(t *testing.T) func(text string) error {
	t.Helper()
	text := params.Schema(allModes())
	if !bytes.Equal(text, params.Schema(allModes())) {
		t.Fatal("the schema varies")
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("params.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("params.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) error {
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		return schema.Validate(instance)
	}
}

func TestWhatLoadsFollowsTheSchema(t *testing.T) {
	validate := validator(t)
	texts := []string{
		complete(`"dry_run": "YES", "max_removals": "20 %", "platform": "directory"`),
		complete(`"max_removals": 7, "platform": {"type": "rest", "baseUrl": "x"}, "x_note": [1], "Gdc_Sst": "s"`),
		complete(`"platform": {"type": "gooddata", "hostname": "h", "username": "u", "password": "p"}, "GDC_VERIFY_SSL": "no"`),
		complete(`"platform": {"type": "rest", "url": 7, "password": ["x"]}, "GDC_USERNAME": "u", "GDC_PROTOCOL": "https"`),
		complete(`"pw": "s", "gd_encoded_hidden_params": "{\"sso_provider\": \"${pw}\"}", "platform|type": "rest"`),
		complete(`"segments_filter": [7, "8"], "data_product": 9, "input_source|headers": {"X-Tenant": 12}`),
		complete(`"aws_client": {"retry_limit": 3}, "regexp_whitelists": "^a$", "sync_mode": null`),
	}
	for name, text := range examples(t) {
		if isWhole(name) {
			texts = append(texts, text)
		}
	}
	for _, f := range params.Fields() {
		texts = append(texts, documentsOf(f)...)
	}
	for _, text := range texts {
		if err := validate(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if _, findings := load(text); slices.ContainsFunc(inTheText(findings), isAboutTheForm) {
			t.Errorf("%s: %v", text, findings)
		}
	}
}

func TestWrongParamsBreakTheSchema(t *testing.T) {
	validate := validator(t)
	for _, keys := range []string{
		`"dry_run": "perhaps"`, `"dry_run": 2`, `"dry_rum": true`, `"max_removals": "lots"`, `"max_removals": -1`, `"max_removals": 2.5`,
		`"sync_mode": "sync_projct"`, `"on_guard": "hold"`, `"whitelists": [1.5]`, `"whitelists": {}`, `"phone_column": true`,
		`"platform": {"path": "x"}`, `"platform": {"type": "directory", "paht": "x"}`, `"aws_client": 7`,
		`"platform": {"type": "gooddata", "usernam": "x"}`, `"platform": {"type": "gooddata", "path": "x"}`, `"platform": {"type": "gooddata", "sst": []}`,
		`"platform": {"type": "directory", "url": "x"}`, `"GDC_PASSWORD": [1]`, `"GDC_VERIFY_SSL": "perhaps"`,
		`"s3_client": {"acessKey": "x"}`, `"data_source": {"type": "web", "ulr": "x"}`, `"data_source": {"type": "wbe"}`,
		`"data_source": {"path": "x"}`, `"gd_encoded_params": [1]`,
	} {
		if err := validate(`{"organization": "acme", "project": "p1", ` + keys + "}"); err == nil {
			t.Errorf("%s validates", keys)
		}
		if _, findings := load(`{"organization": "acme", "project": "p1", ` + keys + "}"); len(inTheText(findings)) == 0 {
			t.Errorf("%s loads", keys)
		}
	}
}

func TestSchemaOffersHelp(t *testing.T) {
	schema := string(params.Schema(allModes()))
	for _, f := range params.Fields() {
		if !strings.Contains(schema, strings.ReplaceAll(f.Help, `"`, `\"`)) {
			t.Errorf("the schema lacks the help of %s", f.Name)
		}
	}
}

// isAboutTheForm tells findings about a value itself from those about params
// that do not fit each other, which no schema sees.
func isAboutTheForm(f brick.Finding) bool {
	return strings.Contains(f.Text, " takes ") || strings.Contains(f.Text, "unknown") || strings.Contains(f.Text, "not known")
}
