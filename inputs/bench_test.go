//go:build unix

package inputs_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"users-brick/inputs"
)

const benchRows = 200_000

// benchFile returns a file like those of the field: about 94 bytes a row,
// every fourth row with a quoted cell, some of it beyond ASCII.
func benchFile() []byte {
	var b bytes.Buffer
	b.WriteString("project_id,login,first_name,last_name,role,email,authentication_modes,user_groups\n")
	first := []string{"Anna", "Bořivoj", "John", "Zoë", "Priya", "Wei"}
	groups := []string{"Sales", `"Sales, Support"`, "", "Marketing"}
	for i := range benchRows {
		login := fmt.Sprintf("user%07d@customer.example", i)
		fmt.Fprintf(&b, "prj-%06d,%s,%s,Novak%d,%s,%s,SSO,%s\n", i%1000, login,
			first[i%len(first)], i%9000, []string{"admin", "editor", "viewer"}[i%3], login, groups[i%len(groups)])
	}
	return b.Bytes()
}

func BenchmarkRows(b *testing.B) {
	file := benchFile()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		n := 0
		for row, err := range inputs.NewReader(bytes.NewReader(file), "bench.csv", inputs.Options{NeedProject: true}).Rows(b.Context()) {
			if err != nil || row.Bad != nil {
				b.Fatal(err, row.Bad)
			}
			n++
		}
		if n != benchRows {
			b.Fatalf("%d rows, want %d", n, benchRows)
		}
	}
	perRow(b, cpu(b)-before)
}

func BenchmarkEncodingCSV(b *testing.B) {
	file := benchFile()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(file))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	perRow(b, cpu(b)-before)
}

// perRow reports the speed, and the CPU time, which a busy machine does not
// stretch.
func perRow(b *testing.B, used time.Duration) {
	rows := float64(b.N) * benchRows
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(used.Nanoseconds())/rows, "cpu-ns/row")
}

// cpu returns the CPU time that the process has used.
func cpu(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
