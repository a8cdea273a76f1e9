package engine_test

import (
	"context"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// heapPeak looks at the heap until the returned function is called, which
// returns how many bytes it grew at most, uncollected objects included.
func heapPeak() func() uint64 {
	stop, most := make(chan struct{}), make(chan uint64)
	runtime.GC()
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		metrics.Read(sample)
		before := sample[0].Value.Uint64()
		peak := before
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-stop:
				most <- peak - before
				return
			case <-ticker.C:
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-most
	}
}

// BenchmarkOneLargeScope plans and applies 30,000 changes in one project with
// 100,000 members, where 64 scopes might be open at once. It reports the most
// memory that each takes.
func BenchmarkOneLargeScope(b *testing.B) {
	const members, changes = 100_000, 30_000
	r := &run{mode: "sync_multiple_projects_based_on_pid", memory: 64 << 20}
	src := r.source()
	src.Rows = func(yield func(brick.Row, error) bool) {
		for i := range members {
			role := "viewer"
			if i < changes {
				role = "editor"
			}
			next := row(project(0).ID, person(i), role)
			if next.Line = i + 2; !yield(next, nil) {
				return
			}
		}
	}
	for b.Loop() {
		dir := b.TempDir()
		conn, job := platform.Connect(newOverseas([]int{members}, 1000), r.options), r.job(b, dir)
		peak := heapPeak()
		made, err := job.Plan(b.Context(), func(context.Context) (*platform.View, error) { return conn.View, nil }, src)
		if err != nil || made.End.Changes != changes {
			b.Fatalf("%d changes, %v", made.End.Changes, err)
		}
		b.ReportMetric(float64(peak())/(1<<20), "plan-MiB")
		peak = heapPeak()
		if _, err := job.Apply(b.Context(), conn, made); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(peak())/(1<<20), "apply-MiB")
		made.Close()
	}
}
