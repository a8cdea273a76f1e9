package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// object is what these tests look at in a Kubernetes object.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		workload                // of a Job or a Deployment
		ConcurrencyPolicy       string
		JobTemplate             struct{ Spec workload }
		Replicas                *int
		Strategy                struct{ Type string }
		AccessModes             []string
		TimeZone                string
		StartingDeadlineSeconds *int
	}
}

// workload is what makes pods.
type workload struct {
	CompletionMode                     string
	Completions, Parallelism           *int
	BackoffLimit, BackoffLimitPerIndex *int
	PodFailurePolicy                   struct{ Rules []rule }
	Template                           struct{ Spec pod }
}

type rule struct {
	Action      string
	OnExitCodes *struct {
		ContainerName, Operator string
		Values                  []int
	}
	OnPodConditions []struct{ Type, Status string }
}

type pod struct {
	RestartPolicy                string
	AutomountServiceAccountToken *bool
	SecurityContext              struct {
		RunAsUser, RunAsGroup, FSGroup int
	}
	Containers []container
	Volumes    []volume
}

type container struct {
	Name, Image     string
	Args            []string
	Env             []struct{ Name, Value string }
	SecurityContext struct{ ReadOnlyRootFilesystem bool }
	Resources       struct{ Limits map[string]string }
	VolumeMounts    []struct {
		Name, MountPath string
		ReadOnly        bool
	}
	Ports                         []struct{ Name string }
	LivenessProbe, ReadinessProbe *struct {
		HTTPGet struct{ Path, Port string }
	}
}

type volume struct {
	Name                  string
	ConfigMap             *struct{ Name string }
	Secret                *struct{ SecretName string }
	PersistentVolumeClaim *struct{ ClaimName string }
	EmptyDir              *struct{ Medium string }
}

// env returns the value of a variable, "" when it is not set.
func (c *container) env(name string) string {
	for _, v := range c.Env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// deployment is one set of manifests that is deployed together.
type deployment struct {
	name    string
	file    string
	objects []object
}

// work returns the one object of a deployment that makes pods, and how.
func (d *deployment) work(t *testing.T) (*object, *workload) {
	t.Helper()
	var found *object
	for i := range d.objects {
		switch o := &d.objects[i]; o.Kind {
		case "CronJob", "Job", "Deployment":
			if found != nil {
				t.Fatalf("%s and %s both make pods", found.Kind, o.Kind)
			}
			found = o
		}
	}
	switch {
	case found == nil:
		t.Fatal("nothing makes pods")
	case found.Kind == "CronJob":
		return found, &found.Spec.JobTemplate.Spec
	}
	return found, &found.Spec.workload
}

// container returns the one container of a workload.
func (w *workload) container(t *testing.T) *container {
	t.Helper()
	if n := len(w.Template.Spec.Containers); n != 1 {
		t.Fatalf("a pod has %d containers", n)
	}
	return &w.Template.Spec.Containers[0]
}

// find returns an object of a deployment, nil when there is none.
func (d *deployment) find(kind, name string) *object {
	for i := range d.objects {
		if o := &d.objects[i]; o.Kind == kind && o.Metadata.Name == name {
			return o
		}
	}
	return nil
}

// eachDeployment calls f for the manifests and for what the chart makes of
// each of its files of values.
func eachDeployment(t *testing.T, f func(*testing.T, *deployment)) {
	t.Helper()
	for _, file := range files(t, "kubernetes/*.yaml") {
		t.Run(file, func(t *testing.T) { f(t, parsed(t, file)) })
	}
	for _, values := range files(t, chart+"/ci/*.yaml") {
		t.Run(values, func(t *testing.T) {
			d := parsed(t, rendered(t, values))
			d.name = values
			f(t, d)
		})
	}
}

// parsed reads a file of manifests.
func parsed(t *testing.T, file string) *deployment {
	t.Helper()
	var all map[string][]object
	decode(t, output(t, tool(t, "tojson"), file), &all)
	return &deployment{name: file, file: file, objects: all[file]}
}

// rendered writes what the chart makes of a file of values to one file, and
// returns where that is.
func rendered(t *testing.T, values string) string {
	t.Helper()
	r := charted(t, values)[values]
	if r.Error != "" {
		t.Fatalf("%s: %s", values, r.Error)
	}
	var all strings.Builder
	for name, text := range r.Templates {
		if strings.HasSuffix(name, ".yaml") {
			all.WriteString("---\n" + text + "\n")
		}
	}
	file := filepath.Join(t.TempDir(), "rendered.yaml")
	if err := os.WriteFile(file, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
