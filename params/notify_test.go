package params_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"users-brick/params"
)

func TestNotificationsAreOneObjectOrAList(t *testing.T) {
	for _, value := range []string{
		`{"type": "webhook", "url": "https://example.com/hook", "secret": " k ", "headers": {"X-Tenant": "7"}, "when": "always"}`,
		`[{"Type": "WEBHOOK", "URL": "https://example.com/hook", "secret": " k ", "headers": {"X-Tenant": 7}, "when": ["Always", "always"]}]`,
		quoteJSON(`[{"type": "webhook", "url": "https://example.com/hook", "secret": " k ", "headers": {"X-Tenant": "7"}, "when": "always,"}]`),
	} {
		p := mustLoad(t, complete(`"notify": `+value))
		if len(p.Notify) != 1 {
			t.Fatalf("%s: %d notifications", value, len(p.Notify))
		}
		n := p.Notify[0]
		if n.Type != params.WebhookNotice || n.URL != "https://example.com/hook" || n.Secret.Reveal() != " k " || n.Headers["X-Tenant"].Reveal() != "7" || strings.Join(n.When, " ") != "always" {
			t.Errorf("%s: read as %+v", value, n)
		}
	}
}

func TestNotificationsAreOfFailuresAndRefusalsUnlessToldOtherwise(t *testing.T) {
	p := mustLoad(t, complete(`"notify": [{"type": "webhook", "url": "https://a.example.com"}, {"type": "webhook", "url": "http://127.0.0.1:8/", "when": "change"}]`))
	if len(p.Notify) != 2 || strings.Join(p.Notify[0].When, " ") != "failure refusal" || strings.Join(p.Notify[1].When, " ") != "change" {
		t.Errorf("read as %+v", p.Notify)
	}
}

func TestArgumentsOfACommandStayAsTheyAre(t *testing.T) {
	p := mustLoad(t, complete(`"notify": {"type": "exec", "command": ["/bin/x", "", " a,b ", "$(rm -rf /)"]}`), "BRICK_ALLOW_EXEC=true")
	if n := p.Notify[0]; n.Type != params.CommandNotice || strings.Join(n.Command, "|") != "/bin/x|| a,b |$(rm -rf /)" {
		t.Errorf("read as %+v", p.Notify[0])
	}
	p = mustLoad(t, complete(`"notify": {"type": "command", "command": "/opt/my programs/x"}`), "BRICK_ALLOW_EXEC=true")
	if n := p.Notify[0]; len(n.Command) != 1 || n.Command[0] != "/opt/my programs/x" {
		t.Errorf("one text is read as %q", n.Command)
	}
}

func TestProgramsNeedThePermissionOfTheOperator(t *testing.T) {
	text := complete(`"notify": {"type": "command", "command": ["/bin/sh", "-c", "id"]}`)
	for _, environ := range [][]string{nil, {"BRICK_ALLOW_EXEC=false"}, {"BRICK_PARAM_BRICK_ALLOW_EXEC=true"}} {
		_, findings := load(text, environ...)
		if err := findings.Err(); err == nil || !strings.Contains(err.Error(), "notify 1 names a program; hint: the operator permits it by BRICK_ALLOW_EXEC=true") {
			t.Errorf("with %q: %v", environ, err)
		}
	}
	mustLoad(t, text, "BRICK_ALLOW_EXEC=true")
	kept := params.Source{Name: "kept", Text: mustLoad(t, text, "BRICK_ALLOW_EXEC=true").Redacted(), Kept: true}
	if _, findings := params.Load(kept, allModes(), nil, noFile); findings.Err() == nil {
		t.Error("params that lay beside a plan may name programs without permission")
	}
	if _, findings := params.Load(kept, allModes(), []string{"BRICK_ALLOW_EXEC=true"}, noFile); findings.Err() != nil {
		t.Error(findings.Err())
	}
}

func TestWrongNotificationsAreToldWithTheirPlace(t *testing.T) {
	for value, want := range map[string]string{
		`7`:                              `p.json:2:11: notify takes an object or list of objects, not 7`,
		`[7]`:                            `p.json:2:12: notify takes an object or list of objects, not 7`,
		`{"url": "https://example.com"}`: `p.json:2:11: notify 1 has no type; hint: write "type": "webhook" or "command"`,
		`{"type": "mail"}`:               `p.json:2:20: notify 1.type "mail" is not known`,
		`{"type": "webhook"}`:            `p.json:2:11: notify 1 has no url`,
		`{"type": "webhook", "url": "example.com"}`:                          `p.json:2:38: notify 1.url is no web address`,
		`{"type": "webhook", "url": "ftp://example.com"}`:                    `p.json:2:38: notify 1.url is no web address`,
		`{"type": "webhook", "url": "https://x.org", "ulr": 1}`:              `p.json:2:55: unknown key "ulr" in notify 1; hint: did you mean "url"?`,
		`{"type": "webhook", "url": "https://x.org", "when": "fail"}`:        `p.json:2:63: "fail" in notify 1.when is no occasion`,
		`[{"type": "webhook", "url": "https://x.org"}, {"type": "webhook"}]`: `p.json:2:57: notify 2 has no url`,
		`{"type": "command"}`: `p.json:2:11: notify 1 has no command`,
		`{"type": "webhook", "url": "https://x.org", "headers": {"a b": "c"}}`:        `p.json:2:66: a header of notify 1 cannot be sent`,
		`{"type": "webhook", "url": "https://x.org", "headers": {"a": "c\nHost: d"}}`: `p.json:2:66: a header of notify 1 cannot be sent`,
		`{"type": "webhook", "url": "https://x.org", "secret_file": "/no"}`:           `p.json:2:70: notify 1.secret_file cannot be read`,
		`{"type": "webhook", "url": "https://x.org", "command": ["x"]}`:               `p.json:2:55: warning: notify 1.command has no effect for type webhook`,
	} {
		_, findings := load(complete(`"notify": ` + value))
		expect(t, findings, want)
	}
}

func TestWebhooksToTheMachinesOwnSurroundingsAreRefused(t *testing.T) {
	for _, host := range []string{
		"169.254.169.254", "[fe80::1]", "[fe80::1%25eth0]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]",
		"[fd00:ec2::254]", "100.100.100.200", "[ff02::1]", "192.0.0.192",
	} {
		_, findings := load(complete(`"notify": {"type": "webhook", "url": "http://` + host + `:80/latest?s3cr3t"}`))
		if err := findings.Err(); err == nil || !strings.Contains(err.Error(), "notify 1.url leads to the machine's own surroundings") || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost", "10.0.0.8", "example.com", "[64:ff9b::102:304]"} {
		mustLoad(t, complete(`"notify": {"type": "webhook", "url": "https://`+host+`/"}`))
	}
	text := complete(`"notify": {"type": "webhook", "url": "http://169.254.169.254/"}`)
	kept := params.Source{Name: "kept", Text: mustLoad(t, text, "BRICK_ALLOW_LINK_LOCAL=true").Redacted(), Kept: true}
	if _, findings := params.Load(kept, allModes(), []string{"BRICK_ALLOW_LINK_LOCAL=true"}, noFile); findings.Err() != nil {
		t.Errorf("a plan that was permitted cannot be applied: %v", findings.Err())
	}
	if _, findings := params.Load(kept, allModes(), []string{"BRICK_PARAM_BRICK_ALLOW_LINK_LOCAL=true"}, noFile); findings.Err() == nil {
		t.Error("a param permits it")
	}
}

func TestTheKeyOfASignatureMayLieInAFile(t *testing.T) {
	read := func(path string) ([]byte, error) {
		if path != "/run/secrets/hook" {
			return nil, errors.New("no such file")
		}
		return []byte("s3cr3t\n"), nil
	}
	text := complete(`"notify": {"type": "webhook", "url": "https://x.org", "secret_FILE": "/run/secrets/hook"}`)
	p, findings := params.Load(params.Source{Text: []byte(text)}, allModes(), nil, read)
	if err := findings.Err(); err != nil || p.Notify[0].Secret.Reveal() != "s3cr3t" {
		t.Fatalf("read as %+v, %v", p.Notify, err)
	}
	kept, findings := params.Load(params.Source{Text: p.Redacted(), Kept: true}, allModes(), nil, read)
	if err := findings.Err(); err != nil || kept.Notify[0].Secret.Reveal() != "s3cr3t" || kept.Digest() != p.Digest() {
		t.Errorf("kept: %+v, %v", kept.Notify, err)
	}
	_, findings = params.Load(params.Source{Text: []byte(strings.Replace(text, `"secret_FILE"`, `"secret": "x", "secret_FILE"`, 1))}, allModes(), nil, read)
	if err := findings.Err(); err == nil || !strings.Contains(err.Error(), "keep one of the two") {
		t.Errorf("both: %v", err)
	}
}

func TestSecretsOfNotificationsNeverShow(t *testing.T) {
	p := mustLoad(t, complete(`"notify": [
		{"type": "webhook", "url": "https://me:s3cr3t@x.org/a?token=s3cr3t", "secret": "s3cr3t", "headers": {"Authorization": "Bearer s3cr3t"}},
		{"type": "webhook", "url": "https://x.org/b"}]`))
	if all := shownEverywhere(p); strings.Contains(all, "s3cr3t") || !strings.Contains(all, "https://***@x.org/a?token=***") || !strings.Contains(all, "https://x.org/b") {
		t.Error(all)
	}
	kept := params.Source{Text: p.Redacted(), Kept: true}
	if _, findings := params.Load(kept, allModes(), nil, noFile); findings.Err() == nil || !strings.Contains(findings.Err().Error(), "hint: give the params of the plan with --params") {
		t.Errorf("without its secrets: %v", findings.Err())
	}
	hidden := mustLoad(t, complete(`"gd_encoded_hidden_params": {"notify": {"type": "webhook", "url": "https://s3cr3t.org/s3cr3t", "when": "always"}}`))
	if all := shownEverywhere(hidden); strings.Contains(all, "s3cr3t") {
		t.Error(all)
	}
	loadsAgain(t, mustLoad(t, complete(`"notify": [{"type": "webhook", "url": "https://x.org/b", "when": "change"}]`)))
}

func TestWaitingForALockMayBeNothing(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, " 0 ": 0, "30": 30 * time.Second, "10m": 10 * time.Minute} {
		e, findings := params.ParseEnv([]string{"BRICK_LOCK_TIMEOUT=" + text})
		if time.Duration(e.LockTimeout) != want || len(findings) > 0 {
			t.Errorf("%q is %v, %v", text, e.LockTimeout, findings)
		}
	}
	for _, text := range []string{"-1s", "soon"} {
		if _, findings := params.ParseEnv([]string{"BRICK_LOCK_TIMEOUT=" + text}); findings.Err() == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
