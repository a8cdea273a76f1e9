package main

import (
	"testing"

	"users-brick/brick"
	"users-brick/params"
)

// Together the shards ask no more of the platform than one run may, but each
// needs one request at a time.
func TestShardsShareTheRateAndTheConcurrency(t *testing.T) {
	for _, c := range []struct {
		of, concurrency int
		rate            float64
	}{{0, 16, 10}, {1, 16, 10}, {3, 5, 10.0 / 3}, {16, 1, 10.0 / 16}, {40, 1, 10.0 / 40}} {
		n := &session{settings: &settings{env: params.Env{Concurrency: 16, Rate: 10}, shard: brick.Shard{Of: c.of}}}
		if n.concurrency() != c.concurrency || n.rate() != c.rate {
			t.Errorf("each of %d has %d requests at once and %v a second, want %d and %v", c.of, n.concurrency(), n.rate(), c.concurrency, c.rate)
		}
		n.env.Rate = 0
		if n.rate() != 0 {
			t.Errorf("without a limit each of %d has one of %v", c.of, n.rate())
		}
	}
}

// The variables of schedulers alone split nothing.
func TestNothingIsSplitByAccident(t *testing.T) {
	p := &program{environ: []string{"JOB_COMPLETION_INDEX=1", "AWS_BATCH_JOB_ARRAY_INDEX=1", "AWS_BATCH_JOB_ARRAY_SIZE=3", "CLOUD_RUN_TASK_INDEX=1", "CLOUD_RUN_TASK_COUNT=3"}}
	if s, err := p.shard(&params.Env{}); err != nil || !s.Whole() {
		t.Errorf("it is %v, %v", s, err)
	}
	if s, err := p.shard(&params.Env{Shard: "AUTO"}); brick.KindOf(err) != brick.BadInput {
		t.Errorf("Kubernetes does not say of how many, and it is %v, %v", s, err)
	}
	want := brick.Shard{Index: 1, Of: 3}
	if s, err := p.shard(&params.Env{Shards: 3}); err != nil || s != want {
		t.Errorf("it is %v, %v", s, err)
	}
	if s, err := p.shard(&params.Env{Shard: "0/2"}); err != nil || s != (brick.Shard{Of: 2}) {
		t.Errorf("what is given by hand is %v, %v", s, err)
	}
}
