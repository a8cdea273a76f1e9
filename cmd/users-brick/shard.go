package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
	"users-brick/params"
)

// scheduler is a program that starts many processes for one job and tells each
// which of them it is.
type scheduler struct {
	name  string
	index string // the variable with the number of the process, from 0
	count string // the variable with how many there are; "" when it tells nobody
}

// schedulers are those that --shard auto understands.
func schedulers() []scheduler {
	return []scheduler{
		{"Kubernetes", "JOB_COMPLETION_INDEX", ""},
		{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"},
		{"Cloud Run", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT"},
	}
}

// autoShard is the value of BRICK_SHARD that asks the scheduler.
const autoShard = "auto"

// shard returns the part of the run that this process does: the whole, unless
// BRICK_SHARD or BRICK_SHARDS is set. The variables of a scheduler alone split
// nothing, since nobody must do a part without a word. What does not say which
// part is an error of kind BadInput, so that nobody does the whole by mistake.
func (p *program) shard(env *params.Env) (brick.Shard, error) {
	text, of := brick.Fold(env.Shard), int(env.Shards)
	var s brick.Shard
	var err error
	switch {
	case text == "" && of == 0:
		return brick.Shard{}, nil
	case text == "" || text == autoShard:
		s, err = p.scheduled(of)
	case strings.Contains(text, "/"):
		s, err = brick.ParseShard(text)
	case of == 0:
		err = fmt.Errorf("shard %q does not say of how many", env.Shard)
	default:
		s, err = brick.ParseShard(text + "/" + strconv.Itoa(of))
	}
	if err == nil && of != 0 && s.Of != of {
		err = fmt.Errorf("%v, but BRICK_SHARDS is %d", s, of)
	}
	if err != nil {
		return brick.Shard{}, &brick.Error{
			Kind: brick.BadInput, Op: "split the run", Err: err,
			Hint: "give --shard i/n, or set BRICK_SHARDS where Kubernetes, AWS Batch or Cloud Run number the processes",
		}
	}
	return s, nil
}

// scheduled asks the schedulers which shard this is; of is how many there are
// when the operator says so, or 0.
func (p *program) scheduled(of int) (brick.Shard, error) {
	var found brick.Shard
	by := ""
	for _, from := range schedulers() {
		index := p.variable(from.index)
		if index == "" {
			continue
		}
		count := strconv.Itoa(of)
		if from.count != "" && of == 0 {
			count = p.variable(from.count)
		}
		if count == "" || count == "0" {
			return brick.Shard{}, fmt.Errorf("%s is %s, but nothing says of how many; BRICK_SHARDS does", from.index, index)
		}
		s, err := brick.ParseShard(index + "/" + count)
		if err == nil && by != "" && s != found {
			err = fmt.Errorf("%s says %v and %s says %v", by, found, from.index, s)
		}
		if err == nil && from.count != "" && of != 0 {
			err = p.agrees(from.count, of)
		}
		if err != nil {
			return brick.Shard{}, err
		}
		found, by = s, from.index
	}
	if by == "" {
		return brick.Shard{}, errors.New("no scheduler says which shard this is")
	}
	return found, nil
}

// agrees makes sure that a scheduler that says how many there are means the
// same number.
func (p *program) agrees(variable string, of int) error {
	if count := p.variable(variable); count != "" && count != strconv.Itoa(of) {
		return fmt.Errorf("%s is %s and BRICK_SHARDS is %d", variable, count, of)
	}
	return nil
}

// split finds out which part of a run or plan this process does.
func (p *program) split(s *settings) (err error) {
	if s.shard, err = p.shard(&s.env); err != nil || s.params.DryRun {
		return err
	}
	_, err = s.waitsForOrganization()
	return err
}

// waitsForOrganization reports whether a shard waits until shard 0 has done
// the organization. That nobody can tell is an error of kind BadInput.
func (s *settings) waitsForOrganization() (bool, error) {
	_, organization := s.mode.Step(brick.OrganizationLevel)
	_, projects := s.mode.Step(brick.ProjectLevel)
	kept := s.env.RunDir != "" && brick.Fold(s.env.RunDir) != noRuns
	switch {
	case s.shard.Index == 0 || !organization || !projects:
		return false, nil
	case s.env.ShardOrganization != "":
		return s.env.ShardOrganization == params.WaitForOrganization, nil
	case kept:
		return true, nil
	}
	return false, &brick.Error{
		Kind: brick.BadInput, Op: "split the run",
		Err:  fmt.Errorf("shard 0 brings people into the organization, and %v cannot tell when it has done so", s.shard),
		Hint: "let all shards share a BRICK_RUN_DIR, or set BRICK_SHARD_ORGANIZATION to skip when somebody else sees to it",
	}
}

// fleet names the run of which this session does one shard, "" for a whole
// run: the same params, split into as many.
func (n *session) fleet() string {
	if n.shard.Whole() {
		return ""
	}
	return fmt.Sprintf("%s %s of %d", n.mode.Name, n.params.Digest(), n.shard.Of)
}

// which names the shard within its fleet.
func (n *session) which() string {
	if n.shard.Whole() {
		return ""
	}
	return n.shard.String()
}

// share sets what a claim is for: all of the target, one project, or a shard.
func (n *session) share(c *lock.Claim) {
	if c.Fleet, c.Shard = n.fleet(), n.which(); c.Fleet == "" {
		c.Project = onlyProject(&n.mode, n.params)
	}
}

// concurrency and rate are the part that this process has of what all of them
// may ask of the platform together.
func (n *session) concurrency() int {
	return max(1, int(n.env.Concurrency)/cmp.Or(n.shard.Of, 1))
}

func (n *session) rate() float64 { return float64(n.env.Rate) / float64(cmp.Or(n.shard.Of, 1)) }

// shardIn puts the shard in the place of {shard} in a name, so that shards with
// the same name do not write over each other: "1-of-3", or "0-of-1".
func (n *session) shardIn(name string) string {
	return strings.ReplaceAll(name, "{shard}", fmt.Sprintf("%d-of-%d", n.shard.Index, cmp.Or(n.shard.Of, 1)))
}

// fileWait is how long a call waits for others at the same file; 0 is the
// usual time. Shards meet there all the time.
func (n *session) fileWait() time.Duration {
	if n.shard.Whole() {
		return 0
	}
	return time.Minute
}

// keptRuns is how many directories of runs stay. Shards that share a place keep
// as many runs as one would, or else they would delete each other's reports.
func (n *session) keptRuns() int { return int(n.env.KeepRuns) * cmp.Or(n.shard.Of, 1) }

// rememberMissing keeps who is missing from the file. All runs on a target
// write to one place, one after another: the shards of one run and runs on
// different projects work side by side.
func (n *session) rememberMissing(ctx context.Context) error {
	if n.job.Missing == "" {
		return nil
	}
	return lock.Exclusively(context.WithoutCancel(ctx), n.job.Missing, func() error {
		return n.job.Remember(n.report.Plan, n.report.Done)
	})
}
