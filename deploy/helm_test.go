package deploy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/params"
)

// chart is where the Helm chart is.
const chart = "helm/users-brick"

// chartResult is what the tool chart tells of one file of values.
type chartResult struct {
	Templates map[string]string
	Error     string
	Lint      []string
}

// charted renders the chart with files of values.
func charted(t *testing.T, values ...string) map[string]chartResult {
	t.Helper()
	var results map[string]chartResult
	decode(t, output(t, tool(t, "chart"), append([]string{chart}, values...)...), &results)
	return results
}

func TestChartMakesOneKindOfPodsInEachMode(t *testing.T) {
	for mode, kind := range map[string]string{"cronjob": "CronJob", "schedule": "Deployment", "indexed-job": "Job"} {
		t.Run(mode, func(t *testing.T) {
			values := chart + "/ci/" + mode + "-values.yaml"
			if o, _ := parsed(t, rendered(t, values)).work(t); o.Kind != kind {
				t.Errorf("%s, want %s", o.Kind, kind)
			}
			r := charted(t, values)[values]
			if len(r.Lint) > 0 {
				t.Errorf("helm lint: %q", r.Lint)
			}
			if notes := r.Templates["users-brick/templates/NOTES.txt"]; !strings.Contains(notes, "kubectl") {
				t.Errorf("the notes say %q", notes)
			}
		})
	}
}

func TestChartOfDefaultsIsTheManifest(t *testing.T) {
	_, made := parsed(t, rendered(t, chart+"/ci/cronjob-values.yaml")).work(t)
	_, written := parsed(t, "kubernetes/cronjob.yaml").work(t)
	for _, name := range []string{"BRICK_MEMORY", "BRICK_RUN_DIR", "BRICK_PARAMS_FILE", "BRICK_LOCK_TIMEOUT", "GDC_PASSWORD_FILE"} {
		if a, b := made.container(t).env(name), written.container(t).env(name); a != b || a == "" {
			t.Errorf("%s is %q in the chart and %q in the manifest", name, a, b)
		}
	}
	if a, b := made.container(t).Image, written.container(t).Image; a != b {
		t.Errorf("the image is %s in the chart and %s in the manifest", a, b)
	}
}

func TestChartRefusesValuesThatCannotWork(t *testing.T) {
	some, shared := map[string]any{"sync_mode": "sync_project"}, map[string]any{"accessMode": "ReadWriteMany"}
	cases := map[string]struct {
		values map[string]any
		says   string
	}{
		"no params":                   {map[string]any{}, "params"},
		"no jobs":                     {map[string]any{"mode": "schedule"}, "jobs"},
		"a job without a schedule":    {map[string]any{"mode": "schedule", "jobs": map[string]any{"acme": some}}, "schedule"},
		"an unknown mode":             {map[string]any{"mode": "cron", "params": some}, "mode"},
		"a misspelt value":            {map[string]any{"params": some, "imagee": map[string]any{}}, "imagee"},
		"shards that cannot share":    {map[string]any{"mode": "indexedJob", "params": some}, "accessMode"},
		"shards that keep nothing":    {map[string]any{"mode": "indexedJob", "params": some, "persistence": map[string]any{"enabled": false, "accessMode": "ReadWriteMany"}}, "enabled"},
		"more shards than there are":  {map[string]any{"mode": "indexedJob", "params": some, "persistence": shared, "indexedJob": map[string]any{"shards": brick.MaxShards + 1}}, "shards"},
		"hidden params as a variable": {map[string]any{"params": some, "env": map[string]any{"HIDDEN_BRICK_PARAM_GDC_SST": "x"}}, "HIDDEN_BRICK_PARAM_GDC_SST"},
		"a password among the params": {map[string]any{"params": map[string]any{"GDC_PASSWORD": "x"}}, "params"},
		"a password of the platform":  {map[string]any{"params": map[string]any{"platform": map[string]any{"password": "x"}}}, "params"},
		"a password as a variable":    {map[string]any{"params": some, "env": map[string]any{"GDC_PASSWORD": "x"}}, "GDC_PASSWORD"},
		"a secret that is no file":    {map[string]any{"params": some, "secret": map[string]any{"files": map[string]any{"GDC_PASSWORD": "x"}}}, "GDC_PASSWORD"},
		"root":                        {map[string]any{"params": some, "user": 0}, "user"},
		"a limit that is no number":   {map[string]any{"params": some, "resources": map[string]any{"limits": map[string]any{"memory": "lots"}}}, "memory"},
	}
	all := map[string]map[string]any{}
	for name, c := range cases {
		all[name] = c.values
	}
	for name, r := range tried(t, all) {
		if says := cases[name].says; !strings.Contains(r.Error, says) {
			t.Errorf("%s: it says %q, which should name %s", name, r.Error, says)
		}
	}
}

// tried renders the chart with values, by their names.
func tried(t *testing.T, values map[string]map[string]any) map[string]chartResult {
	t.Helper()
	dir := t.TempDir()
	var all []string
	for name, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	results := map[string]chartResult{}
	for file, r := range charted(t, all...) {
		results[filepath.Base(file)] = r
	}
	return results
}

// TestChartRefusesSecretsAmongTheParams tries every param that is a secret.
func TestChartRefusesSecretsAmongTheParams(t *testing.T) {
	// By themselves these are none, or need not be.
	harmless := []string{"accessKey", "access_key_id", "headers"}
	secret := map[string]map[string]any{}
	add := func(name string, value any) {
		key := fmt.Sprint(name, " ", value)
		secret[key] = map[string]any{"params": map[string]any{name: value}}
		secret["of a job "+key] = map[string]any{"mode": "schedule", "jobs": map[string]any{"acme": map[string]any{"schedule": "@daily", name: value}}}
	}
	for _, f := range params.Fields() {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if f.Secret {
				add(name, "x")
			}
			for _, inside := range f.Fields {
				if inside.Secret && !slices.Contains(harmless, inside.Name) {
					add(name, map[string]any{inside.Name: "x"})
				}
			}
		}
	}
	add("notify", []any{map[string]any{"type": "command"}, map[string]any{"secret": "x"}})
	if len(secret) < 20 {
		t.Fatalf("only %d params are secrets", len(secret))
	}
	for name, r := range tried(t, secret) {
		if r.Error == "" {
			t.Errorf("%s is let through", name)
		}
	}
}

func TestChartTakesParamsInEveryForm(t *testing.T) {
	for name, r := range tried(t, map[string]map[string]any{
		"texts":   {"params": map[string]any{"platform": "gooddata", "input_source": "users.csv", "notify": []any{}}},
		"objects": {"params": map[string]any{"input_source": map[string]any{"type": "web", "url": "https://x.example.com"}, "platform": map[string]any{"type": "gooddata"}}},
	}) {
		if r.Error != "" {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
}
