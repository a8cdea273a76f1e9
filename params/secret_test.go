package params_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/params"
)

// secrets draws texts that are hard to hide and to carry: with what JSON,
// references and Go's printing treat specially.
func secrets() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		odd := rapid.SampledFrom([]string{`"`, `\`, `\\`, `\$`, "\n", "${x}", "$", "{", "}", `","dry_run":"1`, "%", "é", "k", "7"})
		return "s3cr3t" + strings.Join(rapid.SliceOfN(odd, 0, 8).Draw(t, "parts"), "") + "q9"
	})
}

func quoteJSON(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

// shownEverywhere prints and encodes params and their parts in many ways.
func shownEverywhere(p *params.Params) string {
	encoded, _ := json.Marshal(p)
	input, _ := json.Marshal(p.Input)
	platform, _ := json.Marshal(p.Platform)
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&b, strings.Repeat(verb+"\n", 6), p, *p, p.Input, p.Platform, p.Platform.Options, struct{ P *params.Params }{p})
	}
	return string(encoded) + string(input) + string(platform) + b.String() + string(p.Redacted())
}

func TestReferredSecretsArriveUnchangedAndNeverShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := secrets().Draw(t, "secret")
		hidden := `{"input_source": {"password": "${pw}"}, "platform": {"note": "${pw}", "deep": [{"x": "${pw}"}]}, "sso_provider": "${pw}", "whitelists": ["${pw}"]}`
		text := `{"organization": "acme", "project": "p1", "input_source": {"type": "web", "url": "https://x.org"},
			"platform": {"type": "rest"}, "pw": ` + quoteJSON(secret) + `, "gd_encoded_hidden_params": ` + quoteJSON(hidden) + `}`
		p, findings := load(text)
		if err := findings.Err(); err != nil {
			t.Fatal(err)
		}
		note := p.Platform.Options.Text("note")
		if p.Input.Password.Reveal() != secret || note != secret || p.DryRun {
			t.Fatalf("%q arrives as %q and %q", secret, p.Input.Password.Reveal(), note)
		}
		if all := shownEverywhere(p) + lines(findings); strings.Contains(all, "s3cr3t") {
			t.Fatalf("shown:\n%s", all)
		}
	})
}

func TestFaultsInHiddenParamsShowNothing(t *testing.T) {
	fields := append(slices.Collect(fieldNames()), "unknown", "GDC_SST", "s3cr3t key")
	rapid.Check(t, func(t *rapid.T) {
		key, secret := rapid.SampledFrom(fields).Draw(t, "key"), quoteJSON(secrets().Draw(t, "secret"))
		value := rapid.SampledFrom([]string{"%s", "[%s]", `{"type": %s}`, `{"type": "web", "url": %s}`, `{%s: %s}`, `{%s: 1, %s: 2}`, `{%s, 1}`}).Draw(t, "value")
		hidden := fmt.Sprintf("{%q: %s}", key, strings.ReplaceAll(value, "%s", secret))
		if rapid.Bool().Draw(t, "as text") {
			hidden = quoteJSON(hidden)
		}
		p, findings := load(complete(`"gd_encoded_hidden_params": ` + hidden))
		if all := shownEverywhere(p) + lines(findings); strings.Contains(all, "s3cr3t") {
			t.Fatalf("%s shows in:\n%s", hidden, all)
		}
	})
}

func TestAHiddenBucketStaysHiddenWhereItIsUsed(t *testing.T) {
	for _, keys := range []string{
		`"gd_encoded_hidden_params": {"s3_client": {"bucket": "s3cr3t"}}`, `"b": "s3cr3t", "gd_encoded_hidden_params": {"s3_client": {"bucket": "${b}"}}`,
	} {
		p := mustLoad(t, `{"organization": "o", "project": "p", "input_source": {"type": "s3", "key": "users.csv"}, `+keys+`}`)
		if p.Input.Bucket != "s3cr3t" {
			t.Errorf("the bucket is %q", p.Input.Bucket)
		}
		if all := shownEverywhere(p); strings.Contains(all, "s3cr3t") {
			t.Errorf("%s shows in:\n%s", keys, all)
		}
	}
}

func fieldNames() func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, f := range params.Fields() {
			if !yield(f.Name) {
				return
			}
		}
	}
}

func TestHiddenVariablesNeverShow(t *testing.T) {
	p, findings := load(complete(`"gd_encoded_params": {"sso_provider": "${pw}"}`), "HIDDEN_BRICK_PARAM_pw=s3cr3t", "HIDDEN_BRICK_PARAM_organization=s3cr3t")
	if p.Organization != "s3cr3t" || p.SSOProvider != "s3cr3t" {
		t.Error("the hidden values do not arrive")
	}
	if all := shownEverywhere(p) + lines(findings); strings.Contains(all, "s3cr3t") {
		t.Error(all)
	}
}

func TestRedactsAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://x.org/u.csv":                          "https://x.org/u.csv",
		"https://me:s3cr3t@x.org/u.csv":                "https://***@x.org/u.csv",
		"https://me:p@s3cr3t@x.org/u.csv":              "https://***@x.org/u.csv",
		"https://x.org/u?sig=s3cr3t&v=1&s3cr3t#s3cr3t": "https://x.org/u?sig=***&v=***&***#***",
		"some_file?token=s3cr3t":                       "some_file?token=***",
		"some_file?token=s3cr3t&next=https://x.org":    "some_file?token=***&next=***",
		"some_file#s3cr3t://x":                         "some_file#***",
		"https://x.org/u.csv#":                         "https://x.org/u.csv#",
	} {
		p := mustLoad(t, `{"organization": "o", "project": "p", "input_source": {"type": "web", "url": `+quoteJSON(address)+`},
			"platform": {"type": "rest", "baseUrl": `+quoteJSON(address)+`}}`)
		if p.Input.URL != address {
			t.Errorf("%s arrives as %s", address, p.Input.URL)
		}
		var shown struct {
			Input struct{ URL string } `json:"input_source"`
		}
		if err := json.Unmarshal(p.Redacted(), &shown); err != nil || shown.Input.URL != want {
			t.Errorf("%s is shown as %s, %v", address, shown.Input.URL, err)
		}
	}
}

func TestDigestFollowsWhatIsMeant(t *testing.T) {
	same := []string{
		complete(``),
		`{"input_source": {"path": "users.csv", "type": "file"}, "PROJECT": "/gdc/projects/p1", "domain": "acme", "dry_run": "no"}`,
	}
	first := mustLoad(t, same[0]).Digest()
	if !strings.HasPrefix(first, "sha256:") || len(first) != len("sha256:")+64 || mustLoad(t, same[1]).Digest() != first {
		t.Error("the same params have two digests")
	}
	if mustLoad(t, complete(`"dry_run": true`)).Digest() == first {
		t.Error("different params have one digest")
	}
	client := `"aws_client": {"secret_access_key": "%s"}`
	with, other := mustLoad(t, complete(fmt.Sprintf(client, "a"))).Digest(), mustLoad(t, complete(fmt.Sprintf(client, "b"))).Digest()
	if with != other || with == first {
		t.Error("a secret counts for more, or less, than being there")
	}
}

func TestRedactedParamsLoadAgain(t *testing.T) {
	for _, keys := range []string{
		``, `"max_updates": 7, "max_removals": "none", "phone_column": "Tel", "schedule": "@daily", "timezone": "UTC"`,
		`"platform": {"type": "rest", "a": {"b": [1, 2.5, true, "x"]}}`,
		`"regexp_whitelists": ["^a,b$"], "whitelists": ["a@x.com"], "authentication_modes": "sso"`,
	} {
		loadsAgain(t, mustLoad(t, complete(keys)))
	}
}

func TestEverythingBelowASecretKeyIsSecret(t *testing.T) {
	for _, value := range []string{`"hunter2"`, `["hunter2"]`, `{"values": ["hunter2"]}`, `{"a": {"b": [{"c": "hunter2"}]}}`, `[[{"a": "hunter2"}]]`} {
		p := mustLoad(t, complete(`"platform": {"type": "rest", "credentials": `+value+`}`))
		if shown := fmt.Sprintf("%s %+v %v", p.Redacted(), p.Platform, p.Platform.Options); strings.Contains(shown, "hunter2") {
			t.Errorf("%s shows as %s", value, shown)
		}
	}
	for _, key := range []string{"dsn", "client_secret", "cookie", "bearer"} {
		p := mustLoad(t, complete(`"platform": {"type": "sqldb", "`+key+`": "jane:hunter2@tcp(db)/users"}`))
		if shown := string(p.Redacted()); strings.Contains(shown, "hunter2") || p.Platform.Options.Text(key) != "jane:hunter2@tcp(db)/users" {
			t.Errorf("%s shows as %s", key, shown)
		}
	}
}
