package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	some := map[string]any{"sync_mode": "sync_project"}
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
		"a password among the params": {map[string]any{"params": map[string]any{"GDC_PASSWORD": "x"}}, "params"},
		"a password of the platform":  {map[string]any{"params": map[string]any{"platform": map[string]any{"password": "x"}}}, "params"},
		"a password as a variable":    {map[string]any{"params": some, "env": map[string]any{"GDC_PASSWORD": "x"}}, "GDC_PASSWORD"},
		"a secret that is no file":    {map[string]any{"params": some, "secret": map[string]any{"files": map[string]any{"GDC_PASSWORD": "x"}}}, "GDC_PASSWORD"},
		"root":                        {map[string]any{"params": some, "user": 0}, "user"},
		"a limit that is no number":   {map[string]any{"params": some, "resources": map[string]any{"limits": map[string]any{"memory": "lots"}}}, "memory"},
	}
	dir := t.TempDir()
	var all []string
	for name, c := range cases {
		text, err := json.Marshal(c.values)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	for file, r := range charted(t, all...) {
		if says := cases[filepath.Base(file)].says; !strings.Contains(r.Error, says) {
			t.Errorf("%s: it says %q, which should name %s", filepath.Base(file), r.Error, says)
		}
	}
}
