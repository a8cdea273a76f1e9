package spool_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"

	"users-brick/brick/spool"
)

const (
	benchRows   = 1_000_000
	benchGroups = 1000
)

// BenchmarkSort adds a million records of about 94 bytes in random order, over
// 1000 groups, sorts them and reads all groups. It reports the CPU time per
// record, and the most memory that it took, uncollected objects included.
func BenchmarkSort(b *testing.B) {
	keys, logins := benchTexts()
	for _, memory := range []int64{256 << 20, 64 << 20, 32 << 20} {
		b.Run(fmt.Sprintf("%dMiB", memory>>20), func(b *testing.B) {
			runtime.GC()
			peak := watchHeap()
			start := cpuTime(b)
			for b.Loop() {
				benchSort(b, spool.Options{Memory: memory, Dir: b.TempDir()}, keys, logins)
				b.StopTimer()
				runtime.GC() // else the peak is that of two rounds
				b.StartTimer()
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N)/benchRows, "cpu-ns/record")
			b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
		})
	}
}

// benchTexts returns the keys, and all logins in one text of loginSize each.
func benchTexts() (keys []string, logins string) {
	for i := range benchGroups {
		keys = append(keys, fmt.Sprintf("prj-%012d", i))
	}
	random := rand.New(rand.NewPCG(1, 2))
	var text []byte
	for range benchRows {
		text = fmt.Appendf(text, "user.%07d@example.com", random.IntN(benchRows))
	}
	return keys, string(text)
}

const loginSize = len("user.0000000@example.com")

func benchSort(b *testing.B, o spool.Options, keys []string, logins string) {
	s := spool.New(o)
	value := make([]byte, 50)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range benchRows {
		login := logins[i*loginSize : (i+1)*loginSize]
		if err := s.Add(keys[random.IntN(benchGroups)], login, value); err != nil {
			b.Fatal(err)
		}
	}
	sorted, err := s.Sort(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer sorted.Close()
	n := 0
	for g := range sorted.Groups() {
		for _, err := range g.Records() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	if n != benchRows {
		b.Fatalf("read %d records, want %d", n, benchRows)
	}
}

// cpuTime returns the CPU time of the process.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// watchHeap looks at the heap until the returned function is called, which
// returns how many bytes it grew at most.
func watchHeap() func() uint64 {
	stop := make(chan struct{})
	most := make(chan uint64)
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
