package params_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/params"
)

// secretFiles reads the files of these tests.
func secretFiles(path string) ([]byte, error) {
	switch path {
	case "/run/secrets/password":
		return []byte(" from a file \r\n"), nil
	case "/run/secrets/empty":
		return []byte("\n"), nil
	}
	return nil, errors.New("no such file")
}

func loadWithFiles(keys string, environ ...string) (*params.Params, brick.Findings) {
	return params.Load(params.Source{Name: "p.json", Text: []byte(complete(keys))}, allModes(), environ, secretFiles)
}

// goodData says in a line where the platform is and who works there.
func goodData(p *params.Params) string {
	g := p.Platform.GoodData
	return fmt.Sprintf("%s %s:%s %s", g.URL, g.Username, g.Password.Reveal(), g.SST.Reveal())
}

// container is an environment with everything that a scheduler may set.
func container() []string {
	return []string{
		"CLIENT_GDC_HOSTNAME=e1", "GDC_HOSTNAME=e2", "CLIENT_GDC_PROTOCOL=https", "GDC_PROTOCOL=http",
		"GDC_USERNAME=eu", "GDC_PASSWORD=ep", "GDC_SST=es",
	}
}

func TestGoodDataFromWhereverItMayCome(t *testing.T) {
	inParams := `"CLIENT_GDC_HOSTNAME": "p1:8443", "GDC_HOSTNAME": "p2", "GDC_USERNAME": "pu", "GDC_PASSWORD": "pp", "GDC_SST": "ps"`
	for _, c := range []struct {
		keys    string
		environ []string
		want    string
	}{
		{`"platform": {"type": "gooddata", "url": "https://Acme.GoodData.com/", "username": "u", "password": " p "}`, nil, "https://acme.gooddata.com u: p  "},
		{`"platform": {"type": "GoodData", "hostname": "acme.gooddata.com:444", "sst": " s "}`, nil, "https://acme.gooddata.com:444 : s"},
		{`"platform": {"type": "gooddata", "hostname": "127.0.0.1:80", "protocol": "HTTP", "username": "u", "password": 7}`, nil, "http://127.0.0.1:80 u:7 "},
		{``, container(), "https://e1 eu:ep "},
		{``, []string{"GDC_HOSTNAME=[::1]:80", "GDC_PROTOCOL=http", "GDC_SST=es"}, "http://[::1]:80 : es"},
		{`"gdc_hostname": "p2"`, container(), "https://p2 eu:ep "},
		{`"CLIENT_GDC_PROTOCOL": "http", "GDC_HOSTNAME": "localhost"`, container(), "http://localhost eu:ep "},
		{inParams, container(), "https://p1:8443 pu:pp "},
		{`"platform": {"type": "gooddata", "url": "https://o"}, ` + inParams, container(), "https://o pu:pp "},
		{`"platform": {"type": "gooddata", "hostname": "o", "username": "ou", "password": "op", "sst": "os"}, ` + inParams, container(), "https://o ou:op "},
		{`"platform": "gooddata", "GDC_PASSWORD": "pp"`, container(), "https://e1 eu:pp "},
		{`"platform|type": "gooddata", "platform|sst": "os"`, []string{"GDC_HOSTNAME=h", "GDC_USERNAME=eu"}, "https://h : os"},
		{``, []string{"GDC_HOSTNAME=h", "GDC_USERNAME=u", "GDC_PASSWORD_FILE=/run/secrets/password"}, "https://h u: from a file  "},
		{``, []string{"GDC_HOSTNAME=h", "GDC_SST_FILE=/run/secrets/password"}, "https://h : from a file"},
		{``, []string{"GDC_HOSTNAME=h", "BRICK_PARAM_GDC_USERNAME=u", "HIDDEN_BRICK_PARAM_GDC_PASSWORD_FILE=/run/secrets/password"}, "https://h u: from a file  "},
		{``, []string{"GDC_HOSTNAME=far.example.com", "GDC_PROTOCOL=http", "GDC_SST=s", "BRICK_GDC_ALLOW_HTTP=yes"}, "http://far.example.com : s"},
		{`"platform": "directory"`, []string{"GDC_HOSTNAME=h/x", "GDC_PROTOCOL=ftp", "GDC_PASSWORD_FILE=/absent", "GDC_USERNAME=u"}, " : "},
		{`"GDC_USERNAME": "u"`, nil, " : "},
	} {
		p, findings := loadWithFiles(c.keys, c.environ...)
		if err := findings.Err(); err != nil || goodData(p) != c.want {
			t.Errorf("%s %v\ngives %q, want %q: %v", c.keys, c.environ, goodData(p), c.want, err)
		}
	}
}

func TestGoodDataThatCannotBeReached(t *testing.T) {
	const account = `, "username": "u", "password": "p"}`
	for keys, want := range map[string]string{
		`"platform": {"type": "gooddata"` + account:                                                          `p.json:2:13: the platform gooddata has no address; hint: add "url": "https://…", or set GDC_HOSTNAME`,
		`"platform": {"type": "gooddata", "url": "https://h/gdc"` + account:                                  `p.json:2:41: the address of the GoodData platform goes on behind the host; hint: write https://acme.gooddata.com`,
		`"platform": {"type": "gooddata", "url": "https://h?a=s3cr3t"` + account:                             `p.json:2:41: the address of the GoodData platform goes on behind`,
		`"platform": {"type": "gooddata", "url": "https://me:s3cr3t@h"` + account:                            `p.json:2:41: the address of the GoodData platform has a user in it; hint: the account belongs into username and password`,
		`"platform": {"type": "gooddata", "url": "https://[h"` + account:                                     `p.json:2:41: the address of the GoodData platform cannot be read`,
		`"platform": {"type": "gooddata", "url": "acme.gooddata.com"` + account:                              `p.json:2:41: the address of the GoodData platform cannot be read`,
		`"platform": {"type": "gooddata", "url": "ftp://h"` + account:                                        `p.json:2:41: the GoodData platform is reached by https`,
		`"platform": {"type": "gooddata", "url": "http://h"` + account:                                       `p.json:2:41: http shows the password to everybody on the way; hint: write https; the operator permits http by BRICK_GDC_ALLOW_HTTP=true`,
		`"platform": {"type": "gooddata", "url": "https://h", "hostname": "h"` + account:                     `p.json:2:66: platform.hostname says again what platform.url says`,
		`"platform": {"type": "gooddata", "hostname": "me:s3cr3t@h"` + account:                               `p.json:2:46: the address of the GoodData platform has a user in it`,
		`"platform": {"type": "gooddata", "hostname": "https://h"` + account:                                 `p.json:2:46: a host is no address; hint: write the host alone`,
		`"platform": {"type": "gooddata", "hostname": "h", "protocol": "http"` + account:                     `p.json:2:63: http shows the password`,
		`"platform": {"type": "gooddata", "hostname": "127.0.0.1.example.com", "protocol": "http"` + account: `p.json:2:83: http shows the password`,
		`"platform": {"type": "gooddata", "hostname": "h", "protocol": "ssh"` + account:                      `p.json:2:63: the GoodData platform is reached by https`,
		`"platform": {"type": "gooddata", "url": "https://h", "user_name": "u"` + account:                    `p.json:2:54: unknown key "user_name" in platform; hint: did you mean "username"?`,
		`"platform": {"type": "gooddata", "url": "https://h", "path": "users.db"` + account:                  `p.json:2:54: unknown key "path" in platform; hint: write one of: type, url, hostname, protocol, username, password, sst`,
		`"platform": {"type": "gooddata", "url": "https://h", "username": "u", "password": [1]}`:             `p.json:2:83: platform.password takes a text, not the hidden value`,
		`"platform": {"type": "gooddata", "url": "https://h"` + account + `, "GDC_VERIFY_SSL": "false"`:      `p.json:2:107: warning: GDC_VERIFY_SSL has no effect: TLS is always verified`,
		`"platform": {"type": "gooddata", "url": "https://h"` + account + `, "GDC_VERIFY_SSL": true`:         ``,
		`"platform": {"type": "gooddata", "url": "https://h", "password": "p"}`:                              `p.json:2:66: there is a password and no username; hint: add "username", or set GDC_USERNAME`,
		`"platform": {"type": "gooddata", "url": "https://h", "username": "u"}`:                              `p.json:2:66: there is a username and no password; hint: set GDC_PASSWORD or GDC_PASSWORD_FILE`,
		`"platform": {"type": "gooddata", "url": "https://h", "password": "p", "sst": "s"}`:                  `p.json:2:66: warning: the password has no effect without a username`,
		`"platform": {"type": "gooddata", "url": "https://h", "username": "u", "sst": "s"}`:                  ``,
		`"platform": {"type": "gooddata", "url": "https://h"}`:                                               `p.json:2:13: nothing says who works on the platform gooddata; hint: set GDC_USERNAME and GDC_PASSWORD`,
		`"GDC_HOSTNAME": "h"`: `p.json:2:17: nothing says who works on the platform gooddata`,
	} {
		_, findings := load(complete(keys))
		expect(t, findings, want)
		if strings.Contains(lines(findings), "s3cr3t") {
			t.Errorf("shown: %s", lines(findings))
		}
	}
}

func TestGoodDataInTheEnvironmentNamesTheVariable(t *testing.T) {
	for environ, want := range map[string]string{
		"GDC_HOSTNAME=h":                                                             `GDC_HOSTNAME: nothing says who works on the platform gooddata`,
		"GDC_HOSTNAME=h/gdc GDC_SST=s":                                               `GDC_HOSTNAME: the address of the GoodData platform goes on`,
		"GDC_HOSTNAME=h CLIENT_GDC_PROTOCOL=http GDC_SST=s":                          `CLIENT_GDC_PROTOCOL: http shows the password`,
		"GDC_HOSTNAME=h GDC_USERNAME=u":                                              `GDC_USERNAME: there is a username and no password`,
		"GDC_HOSTNAME=h GDC_PASSWORD=p":                                              `GDC_PASSWORD: there is a password and no username`,
		"GDC_HOSTNAME=h GDC_USERNAME=u GDC_PASSWORD_FILE=/absent":                    `GDC_PASSWORD_FILE: the file cannot be read: no such file; hint: the file must exist`,
		"GDC_HOSTNAME=h GDC_USERNAME=u GDC_PASSWORD_FILE=/run/secrets/empty":         `GDC_PASSWORD_FILE: the file is empty`,
		"GDC_HOSTNAME=h GDC_USERNAME=u GDC_PASSWORD=p GDC_PASSWORD_FILE=/run/absent": `GDC_PASSWORD_FILE: GDC_PASSWORD is set as well; hint: keep one of the two`,
	} {
		_, findings := loadWithFiles("", strings.Fields(environ)...)
		expect(t, findings, want)
	}
}

// A rehearsal that went to the real platform would be none.
func TestAHostThatDoesNotCountIsTold(t *testing.T) {
	const rest = `, "username": "u", "password": "p"}`
	for _, c := range []struct{ keys, environ, want string }{
		{`"platform": {"type": "gooddata", "url": "https://h"` + rest, "GDC_HOSTNAME=127.0.0.1:80 GDC_PROTOCOL=http", `GDC_HOSTNAME: warning: GDC_HOSTNAME has no effect: platform.url names another host, and wins; hint: to go there take platform.url out of the params`},
		{`"platform": {"type": "gooddata", "hostname": "h"` + rest, "CLIENT_GDC_HOSTNAME=k", `CLIENT_GDC_HOSTNAME: warning: CLIENT_GDC_HOSTNAME has no effect: platform.hostname names another host`},
		{`"platform": {"type": "gooddata", "url": "https://h"` + rest + `, "GDC_HOSTNAME": "k"`, "", `p.json:2:105: warning: GDC_HOSTNAME has no effect`},
		{`"platform": {"type": "gooddata", "url": "https://H:444/"` + rest, "GDC_HOSTNAME=h:444", ""},
		{`"platform": {"type": "gooddata"` + rest, "CLIENT_GDC_HOSTNAME=h GDC_HOSTNAME=k", ""},
	} {
		_, findings := loadWithFiles(c.keys, strings.Fields(c.environ)...)
		expect(t, findings, c.want)
	}
}

func TestTheCurrentProjectFromTheEnvironment(t *testing.T) {
	const rest = `"organization": "acme", "input_source": "u.csv"`
	for text, want := range map[string]string{
		`{` + rest + `}`:                       "env1",
		`{"project": "p1", ` + rest + `}`:      "p1",
		`{"gdc_project": "p1", ` + rest + `}`:  "p1",
		`{"GDC_PROJECT_ID": "", ` + rest + `}`: "env1",
	} {
		p, findings := load(text, "GDC_PROJECT_ID=/gdc/projects/env1")
		if findings.Err() != nil || p.Project != want {
			t.Errorf("%s gives project %q, want %q: %v", text, p.Project, want, findings)
		}
	}
}

func TestCredentialsNeverShow(t *testing.T) {
	for _, keys := range []string{
		`"platform": {"type": "gooddata", "url": "https://h", "username": "u", "password": "s3cr3t"}`,
		`"platform": {"type": "gooddata", "url": "https://h", "sst": "s3cr3t"}`,
		`"GDC_HOSTNAME": "h", "GDC_USERNAME": "u", "GDC_PASSWORD": "s3cr3t", "GDC_SST": "s3cr3t"`,
		`"platform": "directory", "GDC_PASSWORD": "s3cr3t"`,
		`"gd_encoded_hidden_params": {"GDC_HOSTNAME": "s3cr3t.example.com", "GDC_USERNAME": "s3cr3t", "GDC_PASSWORD": "s3cr3t"}`,
		`"gd_encoded_hidden_params": {"platform": {"type": "gooddata", "url": "https://s3cr3t", "sst": "x"}}`,
	} {
		p, findings := load(complete(keys))
		if err := findings.Err(); err != nil {
			t.Error(err)
		}
		if all := shownEverywhere(p) + lines(findings) + p.Platform.Host(); strings.Contains(all, "s3cr3t") {
			t.Errorf("%s shows in\n%s", keys, all)
		}
	}
}

func TestTheDigestDoesNotDependOnWhoWorks(t *testing.T) {
	digest := func(keys string, environ ...string) string { return mustLoad(t, complete(keys), environ...).Digest() }
	first := digest(`"platform": {"type": "gooddata", "url": "https://h", "username": "u", "password": "p"}`)
	for _, other := range []string{
		digest(`"platform": {"type": "gooddata", "hostname": "H", "sst": "s"}`),
		digest(``, "GDC_HOSTNAME=h", "GDC_USERNAME=someone", "GDC_PASSWORD=else"),
		digest(`"GDC_HOSTNAME": "h"`, "HIDDEN_BRICK_PARAM_GDC_SST=s"),
	} {
		if other != first {
			t.Error("the same params have two digests")
		}
	}
	if digest(``, "GDC_HOSTNAME=h2", "GDC_SST=s") == first {
		t.Error("two hosts have one digest")
	}
}

// reload loads redacted params as apply does.
func reload(p *params.Params, environ ...string) (*params.Params, brick.Findings) {
	return params.Load(params.Source{Name: "plan/params.json", Text: p.Redacted(), Kept: true}, allModes(), environ, secretFiles)
}

func TestKeptParamsTakeTheirCredentialsFromTheEnvironment(t *testing.T) {
	whole := mustLoad(t, complete(`"platform": {"type": "gooddata", "url": "https://h", "username": "u", "password": "p"}`))
	for _, c := range []struct {
		environ string
		want    string
	}{
		{"GDC_USERNAME=eu GDC_PASSWORD=ep", "https://h eu:ep "},
		{"GDC_PASSWORD_FILE=/run/secrets/password", "https://h u: from a file  "},
		{"BRICK_PARAM_gdc_username=eu HIDDEN_BRICK_PARAM_GDC_PASSWORD=ep GDC_PASSWORD=other", "https://h eu:ep "},
		{"GDC_PASSWORD=ep GDC_HOSTNAME=elsewhere BRICK_PARAM_GDC_HOSTNAME=elsewhere BRICK_PARAM_organization=other BRICK_PARAM_platform=directory GDC_PROJECT_ID=other", "https://h u:ep "},
		{"HIDDEN_BRICK_PARAM_GDC_SST=es", "https://h : es"},
	} {
		p, findings := reload(whole, strings.Fields(c.environ)...)
		if err := findings.Err(); err != nil || goodData(p) != c.want || p.Digest() != whole.Digest() || p.Organization != "acme" {
			t.Errorf("%s gives %q, want %q: %v", c.environ, goodData(p), c.want, err)
		}
	}
	_, findings := reload(whole)
	asksForParams(t, findings, "there is a username and no password")
	hidden := mustLoad(t, complete(``), "HIDDEN_BRICK_PARAM_GDC_HOSTNAME=h", "GDC_SST=s")
	_, findings = reload(hidden, "GDC_SST=s")
	asksForParams(t, findings, "the platform gooddata has no address")
}

// asksForParams fails unless there is the one error, which says how a plan's
// params are completed.
func asksForParams(t *testing.T, findings brick.Findings, text string) {
	t.Helper()
	wrong := errorsOf(findings, "in this mode")
	if len(wrong) != 1 || wrong[0].Text != text || wrong[0].Hint != "give the params of the plan with --params" {
		t.Errorf("found %v, want %s", findings, text)
	}
}

func TestHostForPeople(t *testing.T) {
	p := mustLoad(t, complete(``), "GDC_HOSTNAME=acme.gooddata.com:8443", "GDC_SST=s")
	if got := p.Platform.Host(); got != "acme.gooddata.com:8443" {
		t.Error(got)
	}
	p = mustLoad(t, complete(``), "HIDDEN_BRICK_PARAM_GDC_HOSTNAME=acme.gooddata.com", "GDC_SST=s")
	if got := p.Platform.Host(); got != "(hidden)" {
		t.Error(got)
	}
}
