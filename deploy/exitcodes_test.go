package deploy_test

import (
	"slices"
	"testing"

	"users-brick/brick"
)

// What the end of a run means for whoever began it.
const (
	done      = "done"
	tryAgain  = "try again"       // a few times
	goOn      = "go on"           // as if it had not been begun
	stop      = "stop"            // somebody has to look
	stopShard = "stop this shard" // the others go on
)

// stopped are the exit codes after SIGINT and SIGTERM, which package brick has
// no names for.
var stopped = []int{130, 143}

// fates returns what every exit code of a run means.
func fates() map[int]string {
	all := map[int]string{
		brick.ExitDone: done, brick.ExitFailed: tryAgain,
		brick.ExitBadInput: stop, brick.ExitRefused: stop, brick.ExitPartial: stop, brick.ExitLocked: stop, brick.ExitDenied: stop,
	}
	for _, code := range stopped {
		all[code] = goOn
	}
	return all
}

// shardFates are those of one of several shards: refused params and logins
// are a matter of all.
func shardFates() map[int]string {
	all := fates()
	for _, code := range []int{brick.ExitRefused, brick.ExitPartial, brick.ExitLocked} {
		all[code] = stopShard
	}
	return all
}

func TestJobsObeyExitCodes(t *testing.T) {
	actions := map[string]string{"FailJob": stop, "FailIndex": stopShard, "Ignore": goOn, "": tryAgain}
	eachDeployment(t, func(t *testing.T, d *deployment) {
		o, work := d.work(t)
		if o.Kind == "Deployment" {
			return // a schedule goes on whatever becomes of a run
		}
		want, tries := fates(), work.BackoffLimit
		if work.CompletionMode == "Indexed" {
			want, tries = shardFates(), work.BackoffLimitPerIndex
		}
		if tries == nil || *tries == 0 {
			t.Error("nothing is tried again")
		}
		if work.Template.Spec.RestartPolicy != "Never" {
			t.Error("rules by exit code need restartPolicy Never")
		}
		usable(t, work, want)
		for code, fate := range want {
			if got := actions[work.actionFor(code)]; code != brick.ExitDone && got != fate {
				t.Errorf("exit code %d: %s, want %s", code, got, fate)
			}
		}
	})
}

// usable checks what the API server asks of rules, and that they name no code
// that a run cannot end with.
func usable(t *testing.T, work *workload, known map[int]string) {
	t.Helper()
	disrupted := false
	for _, r := range work.PodFailurePolicy.Rules {
		for _, c := range r.OnPodConditions {
			disrupted = disrupted || r.Action == "Ignore" && c.Type == "DisruptionTarget" && c.Status == "True"
		}
		if r.OnExitCodes == nil {
			continue
		}
		if r.OnExitCodes.ContainerName != work.container(t).Name || r.OnExitCodes.Operator != "In" {
			t.Errorf("rule for %+v", r.OnExitCodes)
		}
		if !slices.IsSorted(r.OnExitCodes.Values) {
			t.Errorf("the API server wants %v in order", r.OnExitCodes.Values)
		}
		for _, code := range r.OnExitCodes.Values {
			if known[code] == "" || code == brick.ExitDone {
				t.Errorf("no run that fails ends with %d", code)
			}
		}
	}
	if !disrupted {
		t.Error("a pod that has to give way counts as a failure")
	}
}

// actionFor returns the action of the first rule for an exit code, "" when
// there is none.
func (w *workload) actionFor(code int) string {
	for _, r := range w.PodFailurePolicy.Rules {
		if r.OnExitCodes != nil && slices.Contains(r.OnExitCodes.Values, code) {
			return r.Action
		}
	}
	return ""
}
