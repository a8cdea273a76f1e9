// Command users-brick-bench measures users-brick as a whole process, side by
// side with a bare loop over encoding/csv on the same file, and writes the
// figures down.
//
//	go run ./cmd/users-brick-bench -out docs/benchmarks.md
//
// Everything is made anew from a fixed seed in a temporary directory. Wall
// and CPU seconds depend on the machine; the ratios and the memory are what
// to compare.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	b := bench{}
	flag.IntVar(&b.rows, "rows", 1_000_000, "rows of the file")
	flag.IntVar(&b.projects, "projects", 1000, "projects that the rows are spread over")
	flag.IntVar(&b.pairs, "pairs", 5, "paired runs of the readers")
	out := flag.String("out", "", "write the figures to this Markdown file, too")
	flag.StringVar(&b.only, "only", "", "measure local, scale or remote only")
	flag.IntVar(&b.scaleRows, "scale-rows", 10_000_000, "rows of the large files")
	serve := flag.Int("serve", -1, "internal: only serve the fleet of this number")
	read := flag.String("read", "", "internal: only read a file, with csv, rows or gzip")
	compare := flag.Int("compare", 0, "internal: only compare a project of so many members")
	flag.Parse()
	err := error(nil)
	switch {
	case *read != "":
		err = readOnly(*read, flag.Arg(0))
	case *compare > 0:
		err = compareOnly(*compare)
	case *serve >= 0:
		err = serveOnly(*serve)
	default:
		err = b.main(*out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
