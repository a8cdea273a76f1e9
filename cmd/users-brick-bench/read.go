package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"

	"users-brick/inputs"
)

// readOnly reads a file to its end: with a bare loop over encoding/csv, or as
// users-brick does. It prints the number of rows.
func readOnly(how, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	count := map[string]func(io.Reader) (int, error){"csv": countCSV, "rows": countRows, "gzip": unpackOnly}[how]
	if count == nil {
		return fmt.Errorf("-read takes csv, rows or gzip, not %q", how)
	}
	n, err := count(f)
	fmt.Println(n)
	return err
}

// countCSV is the yardstick: it does nothing with the cells.
func countCSV(r io.Reader) (int, error) {
	c := csv.NewReader(bufio.NewReaderSize(r, 64<<10))
	c.ReuseRecord = true
	for n := -1; ; n++ { // the header is no row
		if _, err := c.Read(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func countRows(r io.Reader) (n int, err error) {
	reader := inputs.NewReader(r, "users.csv", inputs.Options{NeedProject: true})
	for _, err := range reader.Rows(context.Background()) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
