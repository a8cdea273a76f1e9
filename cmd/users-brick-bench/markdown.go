package main

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
)

// markdown tells the figures.
func (b *bench) markdown() string {
	var t bytes.Buffer
	fmt.Fprintf(&t, "# Benchmarks\n\n")
	fmt.Fprintf(&t, "Made by `make bench` with %s on %d cores. Every line is a whole process, from its start to its end.\n", runtime.Version(), runtime.NumCPU())
	fmt.Fprintf(&t, "Seconds depend on the machine and on what else it does; compare the ratios and the memory.\n")
	if len(b.figures) > 0 {
		b.tellLocal(&t)
	}
	if len(b.scaled) > 0 {
		b.tellScale(&t)
	}
	if len(b.remote) > 0 {
		b.tellRemote(&t)
	}
	fmt.Fprintf(&t, "\nThe parts have benchmarks of their own: `go test -run - -bench . ./...`.\n")
	return t.String()
}

func (b *bench) tellLocal(w io.Writer) {
	fmt.Fprintf(w, "\n## On the embedded directory\n\n%d rows over %d projects. ", b.rows, b.projects)
	fmt.Fprintf(w, "Reading and typing the rows takes **%.2f times** the CPU time of a bare\n`encoding/csv` loop over the same file (median of %d pairs, measured in turn).\n\n", b.ratio, b.pairs)
	fmt.Fprintf(w, "| what | wall s | CPU s | per second | peak memory |\n|---|---|---|---|---|\n")
	for _, f := range b.figures {
		fmt.Fprintf(w, "| %s | %.2f | %.2f | %s %s | %d MiB |\n", f.name, f.wall.Seconds(), f.cpu.Seconds(),
			thousands(float64(f.items)/f.wall.Seconds()), f.what, f.memory>>20)
	}
	b.tellParts(w)
}

func (b *bench) tellRemote(w io.Writer) {
	fmt.Fprintf(w, `
## On GoodData, across a slow net

A whole %[1]susers-brick run%[1]s, the median of three, against an emulated platform in another process on the same machine,
which takes 100 ms over every answer, its own work included. The limit is what nobody can go below: the fewest requests
that do the work, times the median time of an answer as the platform sees it, by the requests that may be under way at
once; or three round trips; or the CPU time of both processes by the cores that they share. Efficiency is the limit by the
time from the first request behind the login to the last answer before the logout, in which everything is listed, planned,
written down and applied. Wall is the whole process, with the reading of the file, login, logout and report.

`, "`")
	fmt.Fprintf(w, "| what | at once | fewest requests | sent | answered 429 | limit s | took s | efficiency | wall s | peak memory |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range b.remote {
		fmt.Fprintf(w, "| %s | %d | %d | %d | %.1f %% | %.2f | %.2f | **%.0f %%** | %.2f | %d MiB |\n", c.fleet.name, c.concurrency, c.fewest, c.sent,
			100*float64(c.throttled)/float64(c.sent), c.limit.Seconds(), c.busy.Seconds(), 100*c.efficiency, c.wall.Seconds(), c.memory>>20)
	}
}
