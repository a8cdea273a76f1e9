package params_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/params"
)

func TestExamplesOfTheBriefLoadAsTheyStand(t *testing.T) {
	// What the text leaves out came from the scheduler in the predecessor.
	scheduler := []string{"BRICK_PARAM_GDC_PROJECT_ID=p1"}
	for name, text := range examples(t) {
		if !isWhole(name) {
			continue
		}
		environ := scheduler
		if !strings.Contains(text, "organization") {
			environ = append(slices.Clone(environ), "BRICK_PARAM_organization=acme", "BRICK_PARAM_input_source=users.csv")
		}
		t.Run(name, func(t *testing.T) { mustLoad(t, text, environ...) })
	}
}

func TestBrokenExampleIsToldExactly(t *testing.T) {
	_, findings := load(examples(t)["sync_one_project_based_on_pid.broken.json"])
	want := []string{
		"p.json:5:29: expected ':' after the key; hint: a key and its value are separated by a colon",
		"p.json:6:3: expected ',' or '}'; hint: separate them by a comma",
		"p.json:3:16: project is missing, and this mode needs it; hint: add \"project\": \"…\"",
	}
	slices.Sort(want)
	if got := lines(findings); got != strings.Join(want, "\n") {
		t.Errorf("found:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestFragmentAsksForBraces(t *testing.T) {
	_, findings := load(examples(t)["whitelists.fragment.json"])
	expect(t, findings, "p.json:1:14: unexpected text after the end; hint: put { } around")
}

func TestReadsTheExamplesValues(t *testing.T) {
	all := examples(t)
	p := mustLoad(t, all["authentication_modes_list.json"])
	if !slices.Equal(p.AuthenticationModes, []string{"password", "sso"}) || p.Input.Type != params.WebInput || p.SyncMode != "add_to_organization" {
		t.Errorf("got %v %v %v", p.AuthenticationModes, p.Input.Type, p.SyncMode)
	}
	p = mustLoad(t, all["authentication_modes_own_column.json"])
	if p.Columns.AuthenticationModes != "my_authentication_modes_column" || p.Columns.Login != "login" {
		t.Errorf("got %+v", p.Columns)
	}
}

func TestLeastParamsGiveTheDefaults(t *testing.T) {
	p := mustLoad(t, complete(""))
	switch {
	case p.SyncMode != params.DefaultMode:
		t.Error("sync_mode", p.SyncMode)
	case p.Input.Type != params.FileInput || p.Input.Path != "users.csv":
		t.Error("input", p.Input)
	case p.Platform.Type != "directory" || p.Platform.Path != "users.db" || p.Platform.Given:
		t.Error("platform", p.Platform)
	case !p.CreateNonExistingUserGroups || p.RemoveUsersFromProject || p.DryRun:
		t.Error("flags")
	case p.MaxRemovals.Most(100) != 20 || p.MaxBadRows.String() != "5%" || p.MaxUpdates.Set():
		t.Error("limits", p.MaxRemovals, p.MaxBadRows, p.MaxUpdates)
	case p.OnGuard != params.Abort || p.OnBadRow != params.HoldBadRow || p.DataProduct != "default":
		t.Error("words", p.OnGuard, p.OnBadRow, p.DataProduct)
	}
}

func TestReadsTextsAsWhatTheyHold(t *testing.T) {
	for text, check := range map[string]func(*params.Params) bool{
		`"dry_run": true`:                  func(p *params.Params) bool { return p.DryRun },
		`"dry_run": "TRUE"`:                func(p *params.Params) bool { return p.DryRun },
		`"dry_run": " yes "`:               func(p *params.Params) bool { return p.DryRun },
		`"dry_run": "1"`:                   func(p *params.Params) bool { return p.DryRun },
		`"dry_run": 1`:                     func(p *params.Params) bool { return p.DryRun },
		`"Dry_Run": "on"`:                  func(p *params.Params) bool { return p.DryRun },
		`"max_removals": 25`:               func(p *params.Params) bool { return p.MaxRemovals.Most(10) == 25 },
		`"max_removals": "25"`:             func(p *params.Params) bool { return p.MaxRemovals.Most(10) == 25 },
		`"max_removals": "50 %"`:           func(p *params.Params) bool { return p.MaxRemovals.Most(100) == 50 },
		`"max_removals": "none"`:           func(p *params.Params) bool { return !p.MaxRemovals.Set() },
		`"max_removals": null`:             func(p *params.Params) bool { return p.MaxRemovals.String() == "20%" },
		`"sync_mode": ""`:                  func(p *params.Params) bool { return p.SyncMode == params.DefaultMode },
		`"sync_mode": " Sync_Project "`:    func(p *params.Params) bool { return p.SyncMode == "sync_project" },
		`"whitelists": "a@x.com, b@x.com"`: func(p *params.Params) bool { return len(p.Whitelists) == 2 && p.Whitelists[1] == "b@x.com" },
		`"whitelists": "[\"a@x.com\"]"`:    func(p *params.Params) bool { return len(p.Whitelists) == 1 && p.Whitelists[0] == "a@x.com" },
		`"regexp_whitelists": "^a{1,2}$"`:  func(p *params.Params) bool { return len(p.RegexpWhitelists) == 1 },
		`"regexp_whitelists": "^[a,b]@$"`:  func(p *params.Params) bool { return p.RegexpWhitelists[0] == "^[a,b]@$" },
		`"authentication_modes": "SSO, Password"`: func(p *params.Params) bool {
			return slices.Equal(p.AuthenticationModes, []string{"password", "sso"})
		},
		`"phone_column": " Mobile Phone "`: func(p *params.Params) bool { return p.Columns.Phone == "mobile phone" },
	} {
		if p, findings := load(complete(text)); findings.Err() != nil || !check(p) {
			t.Errorf("%s: %v\n%v", text, findings, p)
		}
	}
}

func TestProjectUnderAllItsNames(t *testing.T) {
	for _, key := range []string{"project", "GDC_PROJECT_ID", "gdc_project", "gdc_project_id"} {
		for _, value := range []string{"abc1", "/gdc/projects/abc1", "/gdc/md/abc1", "/gdc/projects/abc1/", "/gdc/projects/ abc1", "abc1 /"} {
			p := mustLoad(t, `{"organization": "acme", "input_source": "u.csv", "`+key+`": "`+value+`"}`)
			if p.Project != "abc1" {
				t.Errorf("%s %s is read as %q", key, value, p.Project)
			}
		}
	}
	for _, value := range []string{"/gdc/other/abc1", "/gdc/projects/ /"} {
		_, findings := load(`{"organization": "acme", "input_source": "u.csv", "project": "` + value + `"}`)
		expect(t, findings, `p.json:1:62: project "`+value+`" is neither an id nor`)
	}
}

func TestInputForms(t *testing.T) {
	for text, want := range map[string]params.Input{
		`"some/users.csv"`:                                                      {Type: params.FileInput, Path: "some/users.csv"},
		`{"type": "FILE", "path": "u.csv"}`:                                     {Type: params.FileInput, Path: "u.csv"},
		`{"type": "web", "url": "https://x.org/u", "timeout": "90s"}`:           {Type: params.WebInput, URL: "https://x.org/u", Timeout: 90 * time.Second},
		`{"type": "web", "url": "http://x.org/u", "timeout": 5}`:                {Type: params.WebInput, URL: "http://x.org/u", Timeout: 5 * time.Second},
		`{"type": "s3", "bucket": "b", "file": "k"}`:                            {Type: params.S3Input, Bucket: "b", Key: "k"},
		`{"type": "file", "path": "u", "delimiter": "\t", "max_bytes": "1MiB"}`: {Type: params.FileInput, Path: "u", Delimiter: "\t", MaxBytes: 1 << 20},
		`"{\"type\": \"file\", \"path\": \"u.csv\"}"`:                           {Type: params.FileInput, Path: "u.csv"},
	} {
		p, findings := load(`{"organization": "acme", "project": "p1", "data_source": ` + text + `}`)
		expect(t, findings, "")
		got, _ := p.Input.MarshalJSON()
		if same, _ := want.MarshalJSON(); string(got) != string(same) {
			t.Errorf("%s is read as %s", text, got)
		}
	}
}

func TestS3Clients(t *testing.T) {
	input := `"input_source": {"type": "s3", "key": "k"%s}, "organization": "acme", "project": "p1", `
	newer := "{" + strings.ReplaceAll(input, "%s", "") + `"s3_client": {"accessKey": "A", "secretKey": "S", "bucket": "b", "region": "eu"}}`
	p := mustLoad(t, newer)
	if s3 := p.Input.S3; p.Input.Bucket != "b" || s3.AccessKeyID.Reveal() != "A" || s3.SecretAccessKey.Reveal() != "S" || s3.Region != "eu" {
		t.Error("s3_client is not read")
	}
	both := "{" + strings.ReplaceAll(input, "%s", `, "bucket": "b"`) + `"s3_client": {"accessKey": "A", "secretKey": "S"}, "aws_client": {"access_key_id": "B", "endpoint": "", "force_path_style": "true", "retry_limit": 3}}`
	p, findings := load(both)
	if s3 := p.Input.S3; s3.AccessKeyID.Reveal() != "B" || s3.SecretAccessKey.Given() || !s3.PathStyle {
		t.Error("the keys of two clients are mixed")
	}
	if got := lines(findings); !strings.Contains(got, "s3_client has no effect") || !strings.Contains(got, `"retry_limit" in aws_client has no effect`) || findings.Err() != nil {
		t.Errorf("found:\n%s", got)
	}
}

func TestChoosesThePlatform(t *testing.T) {
	for _, c := range []struct {
		keys    string
		environ string
		kind    string
		path    string
	}{
		{``, "", "directory", "users.db"},
		{``, "GDC_HOSTNAME=x.example.com", "gooddata", ""},
		{`"GDC_HOSTNAME": "x.example.com"`, "", "gooddata", ""},
		{`"client_gdc_hostname": "x.example.com"`, "", "gooddata", ""},
		{`"platform": "directory"`, "CLIENT_GDC_HOSTNAME=x.example.com", "directory", "users.db"},
		{`"platform": {"type": "Directory", "path": "d.db", "seed": "s.json"}`, "", "directory", "d.db"},
		{`"platform": {"type": "rest", "baseUrl": "https://x"}`, "", "rest", ""},
	} {
		p := mustLoad(t, complete(c.keys), c.environ, "GDC_SST=s")
		if p.Platform.Type != c.kind || p.Platform.Path != c.path {
			t.Errorf("%s %s chooses %v", c.keys, c.environ, p.Platform)
		}
	}
}

func TestOtherPlatformsKeepTheirKeys(t *testing.T) {
	p := mustLoad(t, complete(`"platform": {"type": "rest", "baseUrl": "https://x", "pageSize": 50, "token": "t0p", "tls": {"verify": true, "clientSecret": "s3c"}}`))
	o := p.Platform.Options
	inner, _ := o["tls"].(params.Options)
	if o["pageSize"] != int64(50) || o.Text("baseUrl") != "https://x" || o.Text("token") != "t0p" || inner["verify"] != true || inner.Text("clientSecret") != "s3c" {
		t.Errorf("keys are lost: %v", o)
	}
	if _, found := o["type"]; found {
		t.Error("the type is among the options")
	}
}

func TestTheSpellingThatSaysSomethingCounts(t *testing.T) {
	for _, keys := range []string{`"a": null, "A": 1`, `"A": 1, "a": null`, `"a": "", "A": 1`, `"A": 1, "a": ""`} {
		p := mustLoad(t, complete(`"platform": {"type": "rest", "deep": {`+keys+`}}`))
		if deep, _ := p.Platform.Options["deep"].(params.Options); len(deep) != 1 || deep["A"] != int64(1) {
			t.Errorf("%s is read as %v", keys, deep)
		}
	}
}

func TestWhatStandsTooDeepInThePlatformIsRefused(t *testing.T) {
	for keys, at := range map[string]string{
		`"platform": "{\"type\": \"rest\", \"a\": ` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}"`: `p.json:2:13: `,
		`"platform|type": "rest", "platform` + strings.Repeat("|a", 64) + `": 1`:                               `p.json:2:1: `,
	} {
		_, findings := load(complete(keys))
		expect(t, findings, at+"more than 64 objects and lists stand in each other")
	}
}

func TestEveryFieldOfParamsIsSetByTheTable(t *testing.T) {
	unset := map[string]bool{}
	leaves(reflect.TypeFor[params.Params](), "", func(path string) { unset[path] = true })
	delete(unset, ".Platform.Options") // for the connectors that the table does not describe
	base := load0(t, `{}`)
	for _, f := range params.Fields() {
		for _, text := range documentsOf(f) {
			changed(reflect.ValueOf(base).Elem(), reflect.ValueOf(load0(t, text)).Elem(), "", func(path string) { delete(unset, path) })
		}
	}
	for path := range unset {
		t.Errorf("no row of the table sets Params%s", path)
	}
}

// load0 loads without regard to what is missing.
func load0(t *testing.T, text string) *params.Params {
	t.Helper()
	p, _ := load(text)
	return p
}

// documentsOf returns documents that give the field, and each key in it.
func documentsOf(f params.Field) []string {
	texts := []string{`{"` + f.Name + `": ` + f.Example + `}`}
	for _, inner := range f.Fields {
		with := ""
		switch {
		case inner.Name == "type":
		case inner.For != "":
			with = `"type": "` + inner.For + `", `
		case f.Name == "input_source":
			with = `"type": "web", `
		case f.Name == "notify":
			with = `"type": "webhook", `
		}
		texts = append(texts, `{"`+f.Name+`": {`+with+`"`+inner.Name+`": `+inner.Example+`}}`)
	}
	return texts
}

func leaves(t reflect.Type, path string, visit func(string)) {
	for _, f := range reflect.VisibleFields(t) {
		switch {
		case !f.IsExported():
		case f.Type.Kind() == reflect.Struct && f.Type.PkgPath() == t.PkgPath():
			leaves(f.Type, path+"."+f.Name, visit)
		default:
			visit(path + "." + f.Name)
		}
	}
}

func changed(a, b reflect.Value, path string, visit func(string)) {
	leaves(a.Type(), path, func(leaf string) {
		x, y := a, b
		for _, name := range strings.Split(leaf[1:], ".") {
			x, y = x.FieldByName(name), y.FieldByName(name)
		}
		if !reflect.DeepEqual(x.Interface(), y.Interface()) {
			visit(leaf)
		}
	})
}

func TestEveryFieldIsExplained(t *testing.T) {
	var check func(above string, fields []params.Field)
	check = func(above string, fields []params.Field) {
		for _, f := range fields {
			if !strings.HasSuffix(f.Help, ".") || f.Example == "" || f.Type == "" {
				t.Errorf("%s%s lacks its help, example or type", above, f.Name)
			}
			check(above+f.Name+".", f.Fields)
		}
	}
	check("", params.Fields())
	if table := params.Table(); len(table) < 50 || len(table[0]) != 4 {
		t.Errorf("the table has %d rows", len(table))
	}
}

func TestExamplesOfTheTableAreRight(t *testing.T) {
	for _, f := range params.Fields() {
		for _, text := range documentsOf(f) {
			_, findings := load(text)
			for _, finding := range findings {
				if strings.Contains(finding.Text, " takes ") || strings.Contains(finding.Text, "unknown") || strings.Contains(finding.Text, "not known") {
					t.Errorf("%s: %s", text, finding)
				}
			}
		}
	}
}

func TestProjectColumnFollowsTheMode(t *testing.T) {
	byClient := brick.Mode{Steps: []brick.Step{{Level: brick.ProjectLevel, Route: brick.ByClientID}}}
	p := mustLoad(t, complete(""))
	if got := p.ProjectColumn(&byClient); got != "client_id" {
		t.Error("default is", got)
	}
	p = mustLoad(t, complete(`"multiple_projects_column": " PID "`))
	if got := p.ProjectColumn(&byClient); got != "pid" {
		t.Error("given is", got)
	}
}

func TestParamsFromTheEnvironment(t *testing.T) {
	files := func(path string) ([]byte, error) {
		if path == "/run/secrets/pw" {
			return []byte("p\"w\\\n\n"), nil
		}
		return nil, errors.New("no such file")
	}
	environ := []string{
		"BRICK_PARAM_domain=acme", "BRICK_PARAM_GDC_PROJECT_ID=p1", "BRICK_PARAM_DRY_RUN=yes",
		`BRICK_PARAM_input_source={"type": "web", "url": "https://x.org/u", "username": "u", "password": "x"}`,
		"BRICK_PARAM_pw_FILE=/run/secrets/pw",
		`BRICK_PARAM_gd_encoded_params={"input_source": {"password": "${pw}"}}`,
		"HIDDEN_BRICK_PARAM_sso_provider=hidden", "BRICK_PARAM_empty=", "PATH=/bin",
	}
	p, findings := params.Load(params.Source{}, allModes(), environ, files)
	expect(t, findings, "")
	if p.Organization != "acme" || p.Project != "p1" || !p.DryRun || p.SSOProvider != "hidden" || p.Input.Password.Reveal() != "p\"w\\\n" {
		t.Errorf("got %v with password %q", p, p.Input.Password.Reveal())
	}
}

func TestEnvironmentWinsAndSaysSo(t *testing.T) {
	p, findings := load(complete(""), "BRICK_PARAM_domain=other", "BRICK_PARAM_project=p1")
	expect(t, findings, `p.json:1:2: warning: "organization" has another value in BRICK_PARAM_domain, which wins`)
	if p.Organization != "other" {
		t.Error("the document wins")
	}
	_, findings = load(`{"project": "p1", "input_source": "u.csv"}`, "BRICK_PARAM_domain=a", "BRICK_PARAM_organization=b")
	expect(t, findings, `BRICK_PARAM_organization: "organization" means the same as "domain" and has a different value`)
	p, _ = load(complete(""), "BRICK_PARAM_domain=other", "HIDDEN_BRICK_PARAM_organization=third")
	if p.Organization != "third" {
		t.Error("the hidden variable does not win")
	}
}

func TestFaultsInTheEnvironmentNameTheVariable(t *testing.T) {
	for environ, want := range map[string]string{
		"BRICK_PARAM_orgnization=x":             `BRICK_PARAM_orgnization: unknown param "orgnization"; hint: did you mean "organization"?`,
		"BRICK_PARAM_dry_run=perhaps":           `BRICK_PARAM_dry_run: dry_run takes true or false, not "perhaps"`,
		"HIDDEN_BRICK_PARAM_dry_run=perhaps":    `HIDDEN_BRICK_PARAM_dry_run: dry_run takes true or false, not the hidden value`,
		`BRICK_PARAM_platform={"type" "x"}`:     `BRICK_PARAM_platform:1:9: expected ':' after the key`,
		"BRICK_PARAM_sso_provider_FILE=/absent": "BRICK_PARAM_sso_provider_FILE: the file cannot be read: file does not exist",
	} {
		_, findings := load(complete(""), environ)
		expect(t, findings, want)
	}
}

func TestIDsOfDigitsMayBeNumbers(t *testing.T) {
	const long = "12345678901234567890123"
	p := mustLoad(t, `{"organization": 7, "project": `+long+`, "gdc_project": "`+long+`", "input_source": "users.csv",
"sync_mode": "sync_multiple_projects_based_on_custom_id", "segments_filter": [1, " 2 ", null], "data_product": 8}`)
	if p.Organization != "7" || p.Project != long || !slices.Equal(p.SegmentsFilter, []string{"1", "2"}) || p.DataProduct != "8" {
		t.Errorf("params %s", p)
	}
}

func TestVariableThatSaysTheSameAsTheDocumentIsNotWarnedOf(t *testing.T) {
	_, findings := load(complete(`"dry_run": true, "max_removals": 5`), "BRICK_PARAM_dry_run=true", "BRICK_PARAM_max_removals=5")
	expect(t, findings, "")
}

func TestListWithABrokenBracketIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`"[\"etl@x.com\""`: `p.json:2:15: the text ends where ',' or ']' is expected (inside whitelists 1:13)`,
		`"['etl@x.com']"`:  `p.json:2:15: JSON knows no single quotes (inside whitelists 1:2)`,
	} {
		_, findings := load(complete(`"whitelists": ` + text))
		expect(t, findings, want)
	}
}
