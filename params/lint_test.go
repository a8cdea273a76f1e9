package params_test

import (
	"strings"
	"testing"
)

func TestParamsThatDoNotFitEachOther(t *testing.T) {
	for keys, want := range map[string]string{
		`"regexp_whitelists": ["^a$", "a("]`:                                                `p.json:2:30: "a(" is no regular expression (RE2); hint: missing closing )`,
		`"regexp_whitelists": "@vendor\\.com"`:                                              `p.json:2:22: warning: "@vendor\\.com" has no anchors`,
		`"regexp_whitelists": ["^a|b$"]`:                                                    `p.json:2:23: warning: "^a|b$" has no anchors`,
		`"regexp_whitelists": ["^(a|b)@x$", "(?i)^a$", "^a$|^b$"]`:                          "",
		`"regexp_whitelists": [".*"]`:                                                       `p.json:2:23: warning: ".*" matches every login`,
		`"whitelists": "a@x.com;b@x.com"`:                                                   `p.json:2:15: "a@x.com;b@x.com" in whitelists is no login; hint: separate logins by commas`,
		`"whitelists": ["admin"]`:                                                           `p.json:2:16: warning: "admin" in whitelists is no login and spares nobody`,
		`"whitelists": ["a@x.com", ".*@x.com["]`:                                            `p.json:2:27: ".*@x.com[" in whitelists is no login; hint: separate logins by commas`,
		`"schedule": "30 5 * * *"`:                                                          "",
		`"schedule": "0 30 5 * * *", "timezone": "UTC"`:                                     "",
		`"schedule": "@every 1h"`:                                                           "",
		`"schedule": "hourly"`:                                                              `p.json:2:13: schedule "hourly" is no cron expression`,
		`"schedule": "TZ="`:                                                                 `p.json:2:13: schedule "TZ=" is no cron expression`,
		`"schedule": "CRON_TZ=UTC 0 0 * * *"`:                                               `p.json:2:13: schedule "CRON_TZ=UTC 0 0 * * *" is no cron`,
		`"schedule": "@daily", "timezone": "Europe/Pragu"`:                                  `p.json:2:35: timezone "Europe/Pragu" is not known`,
		`"timezone": "UTC"`:                                                                 `p.json:2:1: warning: timezone has no effect without schedule`,
		`"authentication_modes": ["sso", "pasword"]`:                                        `p.json:2:33: "pasword" is no authentication mode; hint: did you mean "password"?`,
		`"authentication_modes": "sso, kerberos"`:                                           `p.json:2:25: "kerberos" is no authentication mode; hint: write one of: password, sso`,
		`"phone_column": "n", "country_column": "N "`:                                       `p.json:2:17: country_column and phone_column name the same column`,
		`"login_column": "email"`:                                                           `p.json:2:17: warning: the column that login_column names is also read as email_column`,
		`"login_column": "email", "email_column": "login"`:                                  "",
		`"multiple_projects_column": "email", "sync_mode": "sync_one_project_based_on_pid"`: `p.json:2:29: warning: the column that multiple_projects_column names is also read as email_column`,
		`"multiple_projects_column": "pid"`:                                                 `p.json:2:1: warning: multiple_projects_column has no effect in this mode`,
		`"data_product": "retail"`:                                                          `p.json:2:1: warning: data_product has no effect in this mode`,
		`"segments_filter": "a,b"`:                                                          `p.json:2:1: warning: segments_filter has no effect in this mode`,
		`"segments_filter": "a", "sync_mode": "sync_multiple_projects_based_on_custom_id"`:  "",
		`"remove_users_from_project": true, "do_not_touch_users_that_are_not_mentioned": 1`: `p.json:2:1: warning: remove_users_from_project has no effect`,
		`"remove_users_from_project": true, "removal_grace": "7d"`:                          "",
		`"removal_grace": "7d"`:                                                             `p.json:2:1: warning: removal_grace has no effect without remove_users_from_project`,
		`"remove_users_from_project": true, "removal_grace": 7`:                             `p.json:2:36: warning: removal_grace 7s is less than an hour; hint: a number alone means seconds; write 7d for seven days`,
		`"removal_grace": "7d", "sync_mode": "add_to_organization"`:                         `p.json:2:1: warning: removal_grace has no effect in this mode`,
		`"removal_grace": "1e-20d"`:                                                         `p.json:2:18: removal_grace takes a duration, not "1e-20d"`,
		`"removal_grace": "soon"`:                                                           `p.json:2:18: removal_grace takes a duration, not "soon"`,
		`"on_guard": "hold"`:                                                                `p.json:2:13: on_guard "hold" is not known; hint: write one of: abort, hold_removals`,
		`"on_bad_row": "refused"`:                                                           `p.json:2:15: on_bad_row "refused" is not known; hint: did you mean "refuse"?`,
		`"whitelists": [[]]`:                                                                `p.json:2:15: whitelists takes a list of texts, not a list`,
	} {
		_, findings := load(complete(keys))
		expect(t, findings, want)
	}
}

func TestInputsThatCannotBeOpened(t *testing.T) {
	for input, want := range map[string]string{
		`7`:                                         `p.json:1:55: input_source takes an object, not 7`,
		`{"path": "u.csv"}`:                         `p.json:1:55: input_source has no type; hint: write "type": "file", "web" or "s3"`,
		`{"type": "file"}`:                          `p.json:1:55: input_source of type file has no path`,
		`{"type": "web"}`:                           `p.json:1:55: input_source of type web has no url`,
		`{"type": "s3", "bucket": "b"}`:             `p.json:1:55: input_source of type s3 has no key`,
		`{"type": "s3", "key": "k"}`:                `p.json:1:55: input_source of type s3 has no bucket`,
		`{"type": "s4", "key": "k"}`:                `p.json:1:64: input_source.type "s4" is not known; hint: did you mean "s3"?`,
		`{"type": "ads", "query": "k"}`:             `p.json:1:64: input_source.type "ads" is not known`,
		`{"type": "file", "path": "u", "url": "x"}`: `p.json:1:85: warning: input_source.url has no effect for type file`,
		`{"type": "web", "url": "some_file"}`:       `p.json:1:78: warning: input_source.url does not start with`,
		`{"type": "web", "url": "ftp://x/u"}`:       `p.json:1:78: input_source.url is neither http nor https`,
		`{"type": "web", "url": "https://[x"}`:      `p.json:1:78: input_source.url is no web address`,
		`{"type": "web", "url": "https://x", "username": "u", "bearer_token": "t"}`: `p.json:1:124: bearer_token and username or password cannot both be sent`,
		`{"type": "web", "url": "https://x", "timeout": -1}`:                        `p.json:1:102: input_source.timeout takes a duration, not -1`,
		`{"type": "file", "path": "u", "delimiter": "||"}`:                          `p.json:1:98: input_source.delimiter takes one character, not "||"`,
		`{"type": "file", "path": "u", "quote": "\n"}`:                              `p.json:1:94: input_source.quote takes one character`,
		`{"type": "file", "path": "u", "quote": ";", "delimiter": ";"}`:             `p.json:1:94: delimiter and quote are the same character`,
		`{"type": "file", "path": "u", "quote": ","}`:                               `p.json:1:94: delimiter and quote are the same character`,
		`{"type": "file", "path": "u", "delimiter": "\""}`:                          `p.json:1:98: delimiter and quote are the same character`,
		`{"type": "file", "path": "u", "delimiter": "\u0000"}`:                      `p.json:1:98: input_source.delimiter takes one character`,
		`{"type": "file", "path": "u", "sha256": "abc"}`:                            `p.json:1:95: input_source.sha256 takes 64 hexadecimal digits, not "abc"`,
		`{"type": "file", "path": "u", "max_bytes": "much"}`:                        `p.json:1:98: input_source.max_bytes takes a number of bytes, not "much"`,
		`{"type": "file", "path": "u", "compression": "zip"}`:                       `p.json:1:100: input_source.compression "zip" is not known`,
	} {
		_, findings := load(`{"organization": "o", "project": "p1", "data_source": ` + input + "}")
		if strings.Contains(want, "is not known") {
			findings = errorsOf(findings, "unknown key")
		}
		expect(t, findings, want)
	}
}

func TestValuesOfTheWrongType(t *testing.T) {
	for keys, want := range map[string]string{
		`"max_updates": []`:                        `p.json:2:16: max_updates takes a number or percentage, not a list`,
		`"dry_run": {}`:                            `p.json:2:12: dry_run takes true or false, not an object`,
		`"whitelists": true`:                       `p.json:2:15: whitelists takes a list of texts, not true`,
		`"aws_client": "key"`:                      `p.json:2:15: aws_client takes an object, not "key"`,
		`"aws_client": {"secret_access_key": 7.5}`: `p.json:2:37: aws_client.secret_access_key takes a text, not the hidden value`,
		`"input_source|headers": {"A": []}`:        `p.json:2:25: input_source.headers takes an object of texts, not the hidden value`,
		`"input_source|timeout": [1]`:              `p.json:2:25: input_source.timeout takes a duration, not a list`,
		`"input_source|max_bytes": true`:           `p.json:2:27: input_source.max_bytes takes a number of bytes, not true`,
		`"sso_provider": ` + quoteJSON(strings.Repeat("é", 80)) + `, "sso_provider": "x"`: `p.json:2:101: "sso_provider" is given twice`,
		`"default_role": {}, "DEFAULT_ROLE": [1]`:                                         `p.json:2:17: default_role takes a text, not an object`,
	} {
		_, findings := load(`{"organization": "acme", "project": "p1", "input_source": {"type": "web", "url": "https://x.org"},` + "\n" + keys + "}")
		if got := lines(findings); !strings.HasPrefix(got, want) {
			t.Errorf("found:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestPredecessorsParamsAreExplained(t *testing.T) {
	for key, want := range map[string]string{
		"csv_path": `write "input_source"`, "technical_user": "whitelists", "MAX_CONCURRENCY": "BRICK_CONCURRENCY", "strict": "ignore_failures",
	} {
		_, findings := load(complete(`"` + key + `": 1`))
		if len(findings) != 1 || !strings.Contains(findings[0].Hint, want) {
			t.Errorf("%s: %v", key, findings)
		}
	}
}

func TestModesSayWhatTheyNeed(t *testing.T) {
	_, findings := load(`{"input_source": "u.csv"}`)
	if got := lines(findings); !strings.Contains(got, "p.json:1:1: organization is missing") || !strings.Contains(got, "p.json:1:1: project is missing") {
		t.Errorf("found:\n%s", got)
	}
	_, findings = load(`{"input_source": "u.csv", "sync_mode": "sync_project"}`)
	expect(t, findings, `p.json:1:40: project is missing, and this mode needs it`)
	_, findings = load(`{"input_source": "u.csv", "sync_mode": "sync_multiple_projects_based_on_custom_id"}`)
	expect(t, findings, `p.json:1:40: organization is missing, and this mode needs it`)
	_, findings = load(`{"organization": " ", "project": "p1", "input_source": "u.csv"}`)
	expect(t, findings, `p.json:1:1: organization is missing, and this mode needs it`)
	_, findings = load(`{"organization": "acme", "project": "p1"}`)
	expect(t, findings, `p.json:1:1: input_source is missing`)
}
