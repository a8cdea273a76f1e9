package params_test

import (
	"testing"

	"users-brick/params"
)

func TestEncodedParams(t *testing.T) {
	provider := func(p *params.Params) string { return p.SSOProvider }
	for keys, want := range map[string]string{
		`"gd_encoded_params": "{\"sso_provider\": \"a\"}"`:                                                                                     "a",
		`"gd_encoded_params": {"sso_provider": "a"}, "sso_provider": "plain"`:                                                                  "a",
		`"gd_encoded_params": {"sso_provider": null}, "sso_provider": "plain"`:                                                                 "plain",
		`"gd_encoded_params": {"sso_provider": "a"}, "gd_encoded_hidden_params": "{\"SSO_Provider\": \"b\"}"`:                                  "b",
		`"gd_encoded_params": {"sso_provider": "${x}-${y z.1|2}"}, "x": "1", "y z.1|2": 2`:                                                     "1-2",
		`"gd_encoded_params": {"sso_provider": "${domain}"}, "domain": "acme"`:                                                                 "acme",
		`"gd_encoded_params": {"sso_provider": "\\${x} \\\\ $x ${} $"}, "x_": "1"`:                                                             `${x} \ $x ${} $`,
		`"gd_encoded_params": "{\"sso_provider\": \"\\${x}\"}"`:                                                                                "${x}",
		`"gd_encoded_params": {"sso_provider": "${x}"}, "x": "${y}", "y": "never", "x_y": "${y}", "gd_encoded_hidden_params": {"x_z": "${y}"}`: "${y}",
		`"gd_encoded_params": {"sso_provider": "${x}"}, "x": null`:                                                                             "",
		`"gd_encoded_params": "", "gd_encoded_hidden_params": null`:                                                                            "",
	} {
		p, findings := load(complete(keys))
		if err := findings.Err(); err != nil || provider(p) != want {
			t.Errorf("%s gives %q, want %q: %v", keys, provider(p), want, err)
		}
	}
}

func TestFaultsInEncodedParamsAreToldInBothTexts(t *testing.T) {
	for keys, want := range map[string]string{
		`"gd_encoded_params": "{\"dry_run\" true}"`:                 `p.json:2:22: expected ':' after the key (inside gd_encoded_params 1:12)`,
		`"gd_encoded_params": "{\"sso_provider\": \"\\$é\\$\\q\"}"`: `p.json:2:22: a character that must be escaped, or a wrong escape (inside gd_encoded_params 1:25)`,
		`"gd_encoded_params": "{\"sso_provider\": \"\\\\$\\q\"}"`:   `p.json:2:22: a character that must be escaped, or a wrong escape (inside gd_encoded_params 1:23)`,
		`"gd_encoded_params": "{\n\"dry_rum\": true}"`:              `p.json:2:22: unknown param "dry_rum" (inside gd_encoded_params 2:1); hint: did you mean "dry_run"?`,
		`"gd_encoded_params": "[1]"`:                                `p.json:2:22: gd_encoded_params takes an object or its JSON, not a list (inside gd_encoded_params 1:1)`,
		`"gd_encoded_params": 5`:                                    `p.json:2:22: gd_encoded_params takes an object or its JSON, not 5`,
		`"gd_encoded_hidden_params": "{\"dry_rum\": 1}"`:            `p.json:2:29: unknown param (hidden) (inside gd_encoded_hidden_params 1:2); hint: did you mean "dry_run"?`,
		`"gd_encoded_params": {"sso_provider": "a${x}"}`:            `p.json:2:39: warning: "x" refers to no param and stays as it is`,
		`"gd_encoded_params": {"x_": "${x}"}, "x": [1]`:             `p.json:2:29: "x" refers to a list; hint: refer to a text`,
		`"gd_encoded_params": {"organization": "a", "domain": "b"}`: `p.json:2:44: "domain" and "organization" in line 2 mean the same`,
	} {
		_, findings := load(complete(keys))
		var told = findings[:0:0]
		for _, f := range findings {
			if f.Text != `not used here: "x_"` {
				told = append(told, f)
			}
		}
		expect(t, told, want)
	}
}

func TestObjectsMergeDeepAndTheRestReplaces(t *testing.T) {
	p := mustLoad(t, `{"organization": "acme", "project": "p1", "token": "t",
		"data_source": {"type": "web", "url": "https://old", "headers": {"A": "1", "b": "2"}},
		"whitelists": ["a@x.com", "b@x.com"],
		"gd_encoded_params": {"INPUT_SOURCE": {"URL": "https://new", "headers": {"B": "3"}}, "whitelists": ["c@x.com"]},
		"gd_encoded_hidden_params": {"input_source": {"bearer_token": "${token}"}},
		"input_source|headers|C": "4", "platform|type": "rest", "platform|tls|verify": true}`)
	in := p.Input
	inner, _ := p.Platform.Options["tls"].(params.Options)
	switch {
	case in.URL != "https://new" || in.BearerToken.Reveal() != "t":
		t.Error("the encoded params do not win")
	case len(in.Headers) != 3 || in.Headers["A"].Reveal() != "1" || in.Headers["B"].Reveal() != "3" || in.Headers["C"].Reveal() != "4":
		t.Error("headers are not merged")
	case len(p.Whitelists) != 1 || p.Whitelists[0] != "c@x.com":
		t.Error("lists are not replaced", p.Whitelists)
	case inner["verify"] != true:
		t.Error("keys with | do not nest")
	}
}

func TestPipedKeysWin(t *testing.T) {
	p := mustLoad(t, `{"organization": "acme", "project": "p1", "input_source": "u.csv",
		"gd_encoded_hidden_params": {"platform": {"type": "rest", "size": 1}}, "platform|size": 2}`)
	if p.Platform.Options["size"] != int64(2) {
		t.Errorf("got %v", p.Platform.Options)
	}
	_, findings := load(complete(`"plattform|type": "rest"`))
	expect(t, findings, `p.json:2:1: unknown param "plattform"; hint: did you mean "platform"?`)
}

func TestSecretsCannotAddKeys(t *testing.T) {
	p := mustLoad(t, complete(`"pw": "x\", \"dry_run\": true, \"y\": \"", "gd_encoded_hidden_params": "{\"sso_provider\": \"${pw}\"}"`))
	if p.DryRun || p.SSOProvider != `x", "dry_run": true, "y": "` {
		t.Errorf("got %q", p.SSOProvider)
	}
}
