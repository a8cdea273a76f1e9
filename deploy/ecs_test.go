package deploy_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const task = "ecs/task-definition.json"

// TestAWSKnowsEveryField compares what is written with what the AWS SDK would
// send of it.
func TestAWSKnowsEveryField(t *testing.T) {
	for kind, file := range map[string]string{"task": task, "schedule": "ecs/scheduled-task.json", "rule": "ecs/failed-task-rule.json"} {
		t.Run(kind, func(t *testing.T) {
			var written, sent map[string]any
			decode(t, content(t, file), &written)
			decode(t, output(t, tool(t, "aws"), kind, file), &sent)
			if kind == "schedule" { // the name is in the address, and the token is made by the SDK
				delete(written, "Name")
				delete(sent, "ClientToken")
			}
			if diff := cmp.Diff(written, sent); diff != "" {
				t.Errorf("written (-), sent (+):\n%s", diff)
			}
		})
	}
}

type named struct{ Name, Value, ValueFrom string }

// taskDefinition is what these tests look at in the definition of a task.
type taskDefinition struct {
	Family               string
	Memory               string
	ContainerDefinitions []struct {
		Command                []string
		User                   string
		ReadonlyRootFilesystem bool
		LinuxParameters        struct{ Capabilities struct{ Drop []string } }
		Environment, Secrets   []named
		MountPoints            []struct{ SourceVolume, ContainerPath string }
	}
	Volumes []struct {
		Name                   string
		EFSVolumeConfiguration *struct{ TransitEncryption string }
	}
}

func TestTaskIsNobodyOnAReadOnlyRoot(t *testing.T) {
	var d taskDefinition
	decode(t, content(t, task), &d)
	c := d.ContainerDefinitions[0]
	user := strconv.Itoa(imageUser(t))
	if c.User != user+":"+user || !c.ReadonlyRootFilesystem || !slices.Equal(c.LinuxParameters.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("user %s, readonlyRootFilesystem %t, capabilities without %v", c.User, c.ReadonlyRootFilesystem, c.LinuxParameters.Capabilities.Drop)
	}
	env := map[string]string{}
	for _, v := range c.Environment {
		env[v.Name] = v.Value
		if secret(v.Name) {
			t.Errorf("%s is written down", v.Name)
		}
	}
	for _, v := range c.Secrets {
		if !strings.HasPrefix(v.ValueFrom, "arn:aws:ssm:") && !strings.HasPrefix(v.ValueFrom, "arn:aws:secretsmanager:") {
			t.Errorf("%s comes from %s", v.Name, v.ValueFrom)
		}
	}
	fits(t, quantity(t, d.Memory+"Mi", 0), env["BRICK_MEMORY"], 1)
	places := map[string]string{}
	for _, m := range c.MountPoints {
		places[m.ContainerPath] = m.SourceVolume
	}
	if paths := slices.Sorted(maps.Keys(places)); !slices.Equal(paths, []string{"/tmp", env["BRICK_RUN_DIR"]}) {
		t.Errorf("what can be written is %v", paths)
	}
	for _, v := range d.Volumes {
		if lasts := v.EFSVolumeConfiguration != nil; lasts != (v.Name == places[env["BRICK_RUN_DIR"]]) {
			t.Errorf("volume %s: lasts %t", v.Name, lasts)
		}
	}
	understood(t, c.Command)
}

func TestScheduledTaskIsTheOneDefined(t *testing.T) {
	var d taskDefinition
	decode(t, content(t, task), &d)
	var s struct {
		Target struct {
			EcsParameters struct{ TaskDefinitionArn string }
		}
	}
	decode(t, content(t, "ecs/scheduled-task.json"), &s)
	if arn := s.Target.EcsParameters.TaskDefinitionArn; !strings.HasSuffix(arn, ":task-definition/"+d.Family) {
		t.Errorf("%s is begun, %s is defined", arn, d.Family)
	}
	var r struct{ EventPattern string }
	decode(t, content(t, "ecs/failed-task-rule.json"), &r)
	var pattern struct{ Detail struct{ Group []string } }
	decode(t, []byte(r.EventPattern), &pattern)
	if !slices.Equal(pattern.Detail.Group, []string{"family:" + d.Family}) {
		t.Errorf("failures of %v are told, %s is defined", pattern.Detail.Group, d.Family)
	}
}
