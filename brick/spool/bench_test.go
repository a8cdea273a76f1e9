package spool_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"users-brick/brick/spool"
)

// BenchmarkSort adds a million records of about 94 bytes in random order, over
// 1000 groups, sorts them and reads all groups. It reports CPU time per record
// and the most memory that live and not yet collected objects took.
func BenchmarkSort(b *testing.B) {
	const rows, groups = 1_000_000, 1000
	for _, memory := range []int64{256 << 20, 64 << 20, 32 << 20} {
		b.Run(fmt.Sprintf("%dMiB", memory>>20), func(b *testing.B) {
			keys := make([]string, groups)
			for i := range keys {
				keys[i] = fmt.Sprintf("prj-%012d", i)
			}
			value := make([]byte, 50)
			random := rand.New(rand.NewPCG(1, 2))
			runtime.GC()
			peak := watchHeap(b)
			s := spool.New(spool.Options{Memory: memory, Dir: b.TempDir()})
			b.ReportAllocs()
			for b.Loop() {
				s.Reset()
				for range rows {
					n := random.IntN(rows)
					login := fmt.Appendf(make([]byte, 0, 32), "user.%07d@example.com", n)
					if err := s.Add(keys[n%groups], string(login), value); err != nil {
						b.Fatal(err)
					}
				}
				sorted, err := s.Sort(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				read(b, sorted, rows)
				sorted.Close()
			}
			b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/record")
		})
	}
}

func read(b *testing.B, sorted *spool.Sorted, want int) {
	n := 0
	for g := range sorted.Groups() {
		for _, err := range g.Records() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	if n != want {
		b.Fatalf("read %d records, want %d", n, want)
	}
}

// watchHeap looks at the heap until the returned function is called, which
// returns the most bytes it held.
func watchHeap(b *testing.B) func() uint64 {
	stop := make(chan struct{})
	most := make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		peak := uint64(0)
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-stop:
				most <- peak
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
