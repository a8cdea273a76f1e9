package deploy_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"users-brick/modes"
	"users-brick/params"
)

func TestKubernetesKnowsEveryFieldAndRestrictsEveryPod(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) { output(t, tool(t, "kubernetes"), d.file) })
}

func TestPodsAreNobodyOnAReadOnlyRoot(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		p, c := &work.Template.Spec, work.container(t)
		who := p.SecurityContext
		if user := imageUser(t); who.RunAsUser != user || who.RunAsGroup != user || who.FSGroup != user {
			t.Errorf("the pod is %+v, the user of the image is %d", who, user)
		}
		if !c.SecurityContext.ReadOnlyRootFilesystem {
			t.Error("the root can be written")
		}
		if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
			t.Error("the pod gets a token for the API server, which it does not need")
		}
	})
}

func TestPodsMayWriteToTheRunsAndTheTemporaryFolderOnly(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		c := work.container(t)
		volumes := map[string]volume{}
		for _, v := range work.Template.Spec.Volumes {
			volumes[v.Name] = v
		}
		for _, m := range c.VolumeMounts {
			v, there := volumes[m.Name]
			delete(volumes, m.Name)
			switch {
			case !there:
				t.Errorf("%s: there is no volume %s", m.MountPath, m.Name)
			case m.MountPath == runDir && v.PersistentVolumeClaim != nil && c.env("BRICK_RUN_DIR") == runDir:
				if d.find("PersistentVolumeClaim", v.PersistentVolumeClaim.ClaimName) == nil {
					t.Errorf("nothing claims %s", v.PersistentVolumeClaim.ClaimName)
				}
			case m.MountPath == "/tmp" && v.EmptyDir != nil:
				if v.EmptyDir.Medium != "" {
					t.Error("/tmp counts towards the limit of memory")
				}
			case !m.ReadOnly:
				t.Errorf("%s can be written", m.MountPath)
			}
		}
		for name := range volumes {
			t.Errorf("volume %s is mounted nowhere", name)
		}
	})
}

func TestParamsOfManifestsLoad(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		c := work.container(t)
		config := d.find("ConfigMap", configOf(t, work))
		if config == nil || len(config.Data) == 0 {
			t.Fatal("there are no params")
		}
		for name, text := range config.Data {
			_, found := params.Load(params.Source{Name: name, Text: []byte(text)}, modes.All(), []string{"GDC_PASSWORD=given"}, os.ReadFile)
			if len(found) > 0 {
				t.Errorf("%v", found)
			}
		}
		if c.Args[0] == "schedule" {
			knownTimes(t, config)
			return
		}
		if file := c.env("BRICK_PARAMS_FILE"); filepath.Dir(file) != paramsDir || config.Data[filepath.Base(file)] == "" {
			t.Errorf("BRICK_PARAMS_FILE is %s, and the ConfigMap %s has no such file in %s", file, config.Metadata.Name, paramsDir)
		}
	})
}

// configOf returns the name of the ConfigMap where params are looked for.
func configOf(t *testing.T, work *workload) string {
	t.Helper()
	for _, m := range work.container(t).VolumeMounts {
		for _, v := range work.Template.Spec.Volumes {
			if m.MountPath == paramsDir && v.Name == m.Name && v.ConfigMap != nil {
				return v.ConfigMap.Name
			}
		}
	}
	t.Fatalf("no ConfigMap is mounted at %s", paramsDir)
	return ""
}

// operators are the operator's variables where nothing is set.
func operators(t *testing.T) params.Env {
	t.Helper()
	env, found := params.ParseEnv(nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return env
}

// knownTimes asks the program when the params of a ConfigMap run.
func knownTimes(t *testing.T, config *object) {
	t.Helper()
	program, err := usersBrick()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GDC_PASSWORD", "given")
	dir := t.TempDir()
	for name, text := range config.Data {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	coming := string(output(t, program, "next", dir, "-n", "1"))
	for name := range config.Data {
		if job, _ := strings.CutSuffix(name, ".json"); !strings.Contains(coming, job) {
			t.Errorf("%s never runs:\n%s", name, coming)
		}
	}
}

func TestSchedulesAreNeverTwo(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		o, work := d.work(t)
		switch o.Kind {
		case "CronJob":
			if o.Spec.ConcurrencyPolicy != "Forbid" || o.Spec.StartingDeadlineSeconds == nil || o.Spec.TimeZone == "" {
				t.Errorf("%+v", o.Spec)
			}
		case "Deployment":
			if o.Spec.Replicas == nil || *o.Spec.Replicas != 1 || o.Spec.Strategy.Type != "Recreate" {
				t.Errorf("replicas %v, strategy %s", o.Spec.Replicas, o.Spec.Strategy.Type)
			}
			probed(t, work.container(t))
		}
	})
}

// probed checks that a schedule is asked for its health from outside.
func probed(t *testing.T, c *container) {
	t.Helper()
	if listen := c.env("BRICK_LISTEN"); !strings.HasPrefix(listen, ":") {
		t.Errorf("BRICK_LISTEN is %q, where no probe reaches it", listen)
	}
	if len(c.Ports) != 1 || c.LivenessProbe == nil || c.ReadinessProbe == nil {
		t.Fatalf("ports %v, probes %v and %v", c.Ports, c.LivenessProbe, c.ReadinessProbe)
	}
	live, ready := c.LivenessProbe.HTTPGet, c.ReadinessProbe.HTTPGet
	if live.Path != "/healthz" || ready.Path != "/readyz" || live.Port != c.Ports[0].Name || ready.Port != c.Ports[0].Name {
		t.Errorf("probes ask %+v and %+v", live, ready)
	}
}

func TestShardsAreAsManyAsPods(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		shards := work.container(t).env("BRICK_SHARDS")
		if !strings.Contains(d.name, "indexed-job") {
			if shards != "" || work.CompletionMode != "" {
				t.Errorf("BRICK_SHARDS is %q, completionMode %q", shards, work.CompletionMode)
			}
			return
		}
		c := work.container(t)
		if to, in := c.env("BRICK_REPORT_TO"), c.env("BRICK_RUN_DIR")+"/reports/"; !strings.HasPrefix(to, in) || !strings.HasSuffix(to, "/{shard}.json") || strings.Count(to[len(in):], "/") != 1 {
			t.Errorf("the reports go to %q, where those of two jobs are not kept apart", to)
		}
		if together, err := strconv.Atoi(cmp.Or(c.env("BRICK_CONCURRENCY"), strconv.Itoa(int(operators(t).Concurrency)))); err != nil || together < *work.Completions {
			t.Errorf("%d requests at once are too few for %d shards, of which each has a part: %v", together, *work.Completions, err)
		}
		if work.CompletionMode != "Indexed" || work.Completions == nil || shards != strconv.Itoa(*work.Completions) {
			t.Errorf("BRICK_SHARDS is %q, completionMode %q, completions %v", shards, work.CompletionMode, work.Completions)
		}
		for _, o := range d.objects {
			if o.Kind == "PersistentVolumeClaim" && o.Spec.AccessModes[0] != "ReadWriteMany" {
				t.Error("several pods keep their runs where only one node can write")
			}
		}
	})
}
