package metrics

import (
	"strings"

	"users-brick/brick"
)

// Job is what a metric is about.
type Job struct {
	Name  string
	Shard brick.Shard // the part of it that this process does; the zero Shard is all of it
}

// The labels that every metric of a job has. Of a run that is not shared the
// second is empty, which for Prometheus is as if it were not there.
const (
	jobLabel   = "job"
	shardLabel = "shard"
)

// labels returns the values of the labels of a metric. A name that is no text,
// such as that of a file may be, is made one.
func (j Job) labels(more ...string) []string {
	return append([]string{strings.ToValidUTF8(j.Name, "\ufffd"), j.Shard.Fraction()}, more...)
}
