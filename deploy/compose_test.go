package deploy_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestComposeRunsAScheduleAsNobody(t *testing.T) {
	var project struct {
		Services map[string]struct {
			Command     []string
			User        string
			ReadOnly    bool              `json:"read_only"`
			CapDrop     []string          `json:"cap_drop"`
			SecurityOpt []string          `json:"security_opt"`
			MemLimit    string            `json:"mem_limit"`
			Environment map[string]string `json:"environment"`
			HealthCheck struct{ Test []string }
			Secrets     []struct{ Source, Target string }
			Volumes     []struct {
				Target   string
				ReadOnly bool `json:"read_only"`
			}
		}
	}
	decode(t, output(t, tool(t, "compose"), "compose.yaml"), &project)
	s, there := project.Services["users-brick"]
	if !there {
		t.Fatal("there is no service users-brick")
	}
	user := strconv.Itoa(imageUser(t))
	if s.User != user+":"+user || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		t.Errorf("user %s, read_only %t, cap_drop %v, security_opt %v", s.User, s.ReadOnly, s.CapDrop, s.SecurityOpt)
	}
	fits(t, quantity(t, s.MemLimit, 1000), s.Environment["BRICK_MEMORY"], parallel(t, s.Command))
	if file := s.Environment["GDC_PASSWORD_FILE"]; len(s.Secrets) != 1 || s.Secrets[0].Target != file {
		t.Errorf("GDC_PASSWORD_FILE is %s, the secrets are %v", file, s.Secrets)
	}
	if !slices.Equal(s.HealthCheck.Test, []string{"CMD", "/users-brick", "health"}) {
		t.Errorf("the health check is %q", s.HealthCheck.Test)
	}
	for _, v := range s.Volumes {
		if written := v.Target == "/tmp" || v.Target == s.Environment["BRICK_RUN_DIR"]; written == v.ReadOnly {
			t.Errorf("%s: read_only is %t", v.Target, v.ReadOnly)
		}
	}
	understood(t, s.Command)
}

// understood checks that the program knows a command with its flags.
func understood(t *testing.T, args []string) {
	t.Helper()
	program, err := usersBrick()
	if err != nil {
		t.Fatal(err)
	}
	if said := string(output(t, program, append(slices.Clone(args), "--help")...)); !strings.Contains(said, "users-brick "+args[0]+" [") {
		t.Errorf("users-brick %s is no command:\n%s", strings.Join(args, " "), said)
	}
}

func TestPodsBeginWhatTheProgramKnows(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		understood(t, work.container(t).Args)
	})
}
