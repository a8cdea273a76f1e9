//go:build unix

package inputs_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"users-brick/inputs"
)

const benchRows = 200_000

// benchFile returns the path of a file like those of the field: about 94 bytes
// a row, every fourth row with a quoted cell, some of it beyond ASCII.
func benchFile(b *testing.B) string {
	var file bytes.Buffer
	file.WriteString("project_id,login,first_name,last_name,role,email,authentication_modes,user_groups\n")
	first := []string{"Anna", "Bořivoj", "John", "Zoë", "Priya", "Wei"}
	groups := []string{"Sales", `"Sales, Support"`, "", "Marketing"}
	for i := range benchRows {
		login := fmt.Sprintf("user%07d@customer.example", i)
		fmt.Fprintf(&file, "prj-%06d,%s,%s,Novak%d,%s,%s,SSO,%s\n", i%1000, login,
			first[i%len(first)], i%9000, []string{"admin", "editor", "viewer"}[i%3], login, groups[i%len(groups)])
	}
	path := filepath.Join(b.TempDir(), "bench.csv")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	return path
}

// benchmark runs read on the file again and again, and reports the speed, and
// the CPU time, which a busy machine does not stretch.
func benchmark(b *testing.B, read func(io.Reader) (rows int)) {
	path := benchFile(b)
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if n := read(f); n != benchRows {
			b.Fatalf("%d rows, want %d", n, benchRows)
		}
		f.Close()
	}
	rows := float64(b.N) * benchRows
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/rows, "cpu-ns/row")
}

func BenchmarkRows(b *testing.B) {
	benchmark(b, func(f io.Reader) int { return readRows(b, f) })
}

func readRows(b *testing.B, f io.Reader) (rows int) {
	for row, err := range inputs.NewReader(f, "bench.csv", inputs.Options{NeedProject: true}).Rows(b.Context()) {
		if err != nil || row.Bad != nil {
			b.Fatal(err, row.Bad)
		}
		rows++
	}
	return rows
}

// BenchmarkEncodingCSV is what BenchmarkRows is held to.
func BenchmarkEncodingCSV(b *testing.B) {
	benchmark(b, func(f io.Reader) int { return readRecords(b, f) })
}

func readRecords(b *testing.B, f io.Reader) int {
	r := csv.NewReader(f)
	r.ReuseRecord = true
	for rows := -1; ; rows++ { // the header is none
		if _, err := r.Read(); err == io.EOF {
			return rows
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRatio reads the file in turn with BenchmarkRows and with the bare
// loop, and reports how many times the CPU and the wall time the rows take, in
// the median pair: at most 1.25 times the CPU time.
func BenchmarkRatio(b *testing.B) {
	path := benchFile(b)
	var cpus, walls []float64
	for b.Loop() {
		rows, rowsWall := used(b, path, readRows)
		bare, bareWall := used(b, path, readRecords)
		cpus, walls = append(cpus, float64(rows)/float64(bare)), append(walls, float64(rowsWall)/float64(bareWall))
	}
	b.ReportMetric(median(cpus), "cpu-ratio")
	b.ReportMetric(median(walls), "wall-ratio")
}

// used returns what it takes to read the file once.
func used(b *testing.B, path string, read func(*testing.B, io.Reader) int) (ofCPU, wall time.Duration) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	before, started := cpu(b), time.Now()
	read(b, f)
	return cpu(b) - before, time.Since(started)
}

func median(numbers []float64) float64 {
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}

// cpu returns the CPU time that the process has used.
func cpu(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
