package deploy_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"users-brick/brick"
)

const dag = "airflow/users_brick_dag.py"

func TestDAGIsPython(t *testing.T) {
	output(t, installed(t, "python3"), "-c", "import py_compile, sys; py_compile.compile(sys.argv[1], cfile=sys.argv[2], doraise=True)",
		dag, filepath.Join(t.TempDir(), "dag.pyc"))
}

// tellDAG returns what the DAG says to Airflow, and how its task ends by exit
// code; see testdata/dag.py.
func tellDAG(t *testing.T, codes ...int) (told struct {
	DAG struct {
		MaxActiveRuns int `json:"max_active_runs"`
		Catchup       *bool
		DefaultArgs   struct{ Retries int } `json:"default_args"`
	}
	Operator struct {
		Image, Name, Namespace   string
		Arguments                []string
		EnvVars                  map[string]string                  `json:"env_vars"`
		Automount                *bool                              `json:"automount_service_account_token"`
		SecurityContext          podSecurity                        `json:"security_context"`
		ContainerSecurityContext containerSecurity                  `json:"container_security_context"`
		ContainerResources       struct{ Limits map[string]string } `json:"container_resources"`
		VolumeMounts             []dagMount                         `json:"volume_mounts"`
		Volumes                  []struct{ Name string }
	}
	Fates map[string]string
}) {
	t.Helper()
	args := []string{"testdata/dag.py", dag}
	for _, code := range codes {
		args = append(args, strconv.Itoa(code))
	}
	decode(t, output(t, installed(t, "python3"), args...), &told)
	return told
}

type podSecurity struct {
	RunAsNonRoot                   bool
	RunAsUser, RunAsGroup, FSGroup int
	SeccompProfile                 struct{ Type string }
}

type containerSecurity struct {
	AllowPrivilegeEscalation *bool
	ReadOnlyRootFilesystem   bool
	Capabilities             struct{ Drop []string }
}

type dagMount struct {
	Name     string
	Path     string `json:"mount_path"`
	ReadOnly bool   `json:"read_only"`
}

func TestDAGObeysExitCodes(t *testing.T) {
	ends := map[string]string{done: "succeeded", tryAgain: "failed", goOn: "failed", stop: "failed for good"}
	want := map[string]string{}
	var codes []int
	for code, fate := range fates() {
		codes = append(codes, code)
		want[strconv.Itoa(code)] = ends[fate]
	}
	want[strconv.Itoa(brick.ExitLocked)] = "skipped"
	told := tellDAG(t, codes...)
	for code, end := range want {
		if got := told.Fates[code]; got != end {
			t.Errorf("exit code %s: %s, want %s", code, got, end)
		}
	}
	if told.DAG.DefaultArgs.Retries == 0 || told.DAG.MaxActiveRuns != 1 || told.DAG.Catchup == nil || *told.DAG.Catchup {
		t.Errorf("the DAG is %+v", told.DAG)
	}
}

func TestDAGRunsNobodyOnAReadOnlyRoot(t *testing.T) {
	op := tellDAG(t).Operator
	user := imageUser(t)
	if s := op.SecurityContext; !s.RunAsNonRoot || s.RunAsUser != user || s.RunAsGroup != user || s.FSGroup != user || s.SeccompProfile.Type != "RuntimeDefault" {
		t.Errorf("the pod: %+v", s)
	}
	if s := op.ContainerSecurityContext; s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("the container: %+v", s)
	}
	if op.Automount == nil || *op.Automount {
		t.Error("the pod gets a token for the API server, which it does not need")
	}
	fits(t, quantity(t, op.ContainerResources.Limits["memory"], 1000), op.EnvVars["BRICK_MEMORY"], 1)
	var volumes, mounts []string
	for _, v := range op.Volumes {
		volumes = append(volumes, v.Name)
	}
	for _, m := range op.VolumeMounts {
		mounts = append(mounts, m.Name)
		if writes := m.Path == "/tmp" || m.Path == op.EnvVars["BRICK_RUN_DIR"]; writes == m.ReadOnly {
			t.Errorf("%s: read_only is %t", m.Path, m.ReadOnly)
		}
	}
	if !slices.Equal(volumes, mounts) {
		t.Errorf("volumes %v, mounted %v", volumes, mounts)
	}
	understood(t, op.Arguments)
}

// TestDAGUsesWhatTheCronJobMakes compares the names of what both need.
func TestDAGUsesWhatTheCronJobMakes(t *testing.T) {
	_, work := parsed(t, "kubernetes/cronjob.yaml").work(t)
	c, op := work.container(t), tellDAG(t).Operator
	if op.Image != c.Image {
		t.Errorf("the image is %s, that of the CronJob %s", op.Image, c.Image)
	}
	if len(op.EnvVars) != len(c.Env) {
		t.Errorf("variables %v, those of the CronJob %v", op.EnvVars, c.Env)
	}
	for _, v := range c.Env {
		if op.EnvVars[v.Name] != v.Value {
			t.Errorf("%s is %q, in the CronJob %q", v.Name, op.EnvVars[v.Name], v.Value)
		}
	}
}
