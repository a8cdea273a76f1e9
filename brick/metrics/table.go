package metrics

import (
	"users-brick/brick"
)

// Prefix begins the name of every metric of the program.
const Prefix = "users_brick_"

// The metrics, by their names without the prefix.
const (
	buildInfo       = "build_info"
	lastSuccess     = "last_success_timestamp_seconds"
	lastRun         = "last_run_timestamp_seconds"
	nextRun         = "next_run_timestamp_seconds"
	runDuration     = "run_duration_seconds"
	runningRuns     = "running_runs"
	runs            = "runs_total"
	changes         = "changes_total"
	held            = "held_total"
	failed          = "failed_total"
	guardRefusals   = "guard_refusals_total"
	platformAsked   = "platform_requests_total"
	retries         = "retries_total"
	rateLimitWaits  = "rate_limit_waits_total"
	rateLimitWaited = "rate_limit_wait_seconds_total"
	skippedTicks    = "skipped_ticks_total"
	panics          = "panics_total"
)

// label is a label besides job and shard, with all the values that it may have.
type label struct {
	name   string
	values []string
}

// definition is one row of the table of metrics.
type definition struct {
	name     string // without prefix
	help     string
	counter  bool    // else a gauge
	labels   []label // besides job and shard
	fleeting bool    // means something only while the program lives
}

func definitions() []definition {
	outcome := label{"outcome", Outcomes()}
	action := label{"action", names(brick.Actions())}
	level := label{"level", names([]brick.Level{brick.OrganizationLevel, brick.ProjectLevel})}
	reason := label{"reason", []string{brick.Throttled.String(), brick.Unavailable.String(), otherReason}}
	return []definition{
		{name: lastSuccess, help: "When the last run ended that exited with 0."},
		{name: lastRun, help: "When the last run ended, however it did."},
		{name: nextRun, help: "When the job is due next.", fleeting: true},
		{name: runDuration, help: "How long the last run took."},
		{name: runningRuns, help: "How many runs of the job are under way: 0 or 1.", fleeting: true},
		{name: runs, help: "Runs that have ended, by how.", counter: true, labels: []label{outcome}},
		{name: changes, help: "Changes that were done on the platform.", counter: true, labels: []label{action, level}},
		{name: held, help: "People for whom something was to be done and was held back.", counter: true},
		{name: failed, help: "People for whom the platform refused a change.", counter: true},
		{name: guardRefusals, help: "Runs that the guard refused.", counter: true},
		{name: platformAsked, help: "Requests to the platform, repeated ones included.", counter: true},
		{name: retries, help: "Requests that were tried again, by why.", counter: true, labels: []label{reason}},
		{name: rateLimitWaits, help: "Waits because the platform, or the store of the file, asked for fewer requests.", counter: true},
		{name: rateLimitWaited, help: "How long these waits were meant to be.", counter: true},
		{name: skippedTicks, help: "Ticks without a run of their own: one was under way or waiting, or nobody made them up.", counter: true},
		{name: panics, help: "Runs that ended in a fault of the program.", counter: true},
	}
}

const otherReason = "other"

// Outcomes returns the words for how a run ended.
func Outcomes() []string {
	return []string{
		"converged", "nothing_to_do", "changes_pending", "partial", "refused",
		"bad_input", "failed", "locked", "denied", "interrupted",
	}
}

func names[T interface{ String() string }](values []T) []string {
	var all []string
	for _, v := range values {
		all = append(all, v.String())
	}
	return all
}

// Row describes one metric.
type Row struct {
	Name   string
	Type   string // counter or gauge
	Labels []string
	Help   string // one sentence
}

// Table returns all metrics of the program, those aside that say how its
// process is.
func Table() []Row {
	all := []Row{{Prefix + buildInfo, "gauge", []string{"version", "goversion"}, buildHelp}}
	for _, d := range definitions() {
		kind := "gauge"
		if d.counter {
			kind = "counter"
		}
		all = append(all, Row{Prefix + d.name, kind, d.labelNames(), d.help})
	}
	return all
}

const buildHelp = "Always 1; its labels say which program this is."

func (d *definition) labelNames() []string {
	all := []string{jobLabel, shardLabel}
	for _, l := range d.labels {
		all = append(all, l.name)
	}
	return all
}

// combinations returns every set of values that the labels besides job and
// shard may have.
func (d *definition) combinations() [][]string {
	all := [][]string{nil}
	for _, l := range d.labels {
		var longer [][]string
		for _, values := range all {
			for _, value := range l.values {
				longer = append(longer, append(values[:len(values):len(values)], value))
			}
		}
		all = longer
	}
	return all
}
