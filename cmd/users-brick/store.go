package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

// destination is where a report is stored beside the run's own directory.
type destination struct {
	path        string // empty for a bucket
	bucket, key string
}

// destinationOf returns what BRICK_REPORT_TO means for a run. What names no
// place is an error of kind BadInput.
func destinationOf(text, runID string) (destination, error) {
	if strings.HasSuffix(text, "/") {
		text += runID + ".json"
	}
	text = strings.ReplaceAll(text, "{run_id}", runID)
	scheme, _, isURL := strings.Cut(text, "://")
	if !isURL {
		return destination{path: text}, nil
	}
	bucket, key, err := s3.ParseAddress(text)
	switch {
	case scheme != "s3":
		err = fmt.Errorf("a report cannot be stored at a %s:// address", scheme)
	case err != nil:
		err = errors.New("this is no address of an object")
	}
	if err != nil {
		return destination{}, &brick.Error{Kind: brick.BadInput, Op: "BRICK_REPORT_TO", Err: err, Hint: "write a path, s3://bucket/key, or s3://bucket/folder/"}
	}
	return destination{bucket: bucket, key: key}, nil
}

// checkDestination refuses a BRICK_REPORT_TO that no run could use.
func checkDestination(text string) error {
	_, err := destinationOf(text, "RUNID")
	return err
}

// storeReport stores the settled report where BRICK_REPORT_TO says, and
// reports whether nothing went wrong; if something did, it has been told.
func (n *session) storeReport(ctx context.Context) bool {
	if n.env.ReportTo == "" || n.onlooker {
		return true
	}
	to, err := destinationOf(n.shardIn(n.env.ReportTo), n.job.RunID)
	switch {
	case err != nil:
	case to.path != "":
		err = n.storeFile(to.path)
	default:
		err = n.storeObject(ctx, to)
	}
	if err != nil {
		fmt.Fprintln(n.program.stderr, "error: the report is not stored:", err)
	}
	return err == nil
}

// storeFile writes the report beside the path and renames it: whoever waits for
// it never sees a part.
func (n *session) storeFile(path string) error {
	dir := filepath.Dir(path)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = n.replace(dir, path)
	}
	if err != nil {
		return &brick.Error{Op: "write " + path, Err: err, Hint: "check the path that BRICK_REPORT_TO names; one that ends with / is a directory"}
	}
	return nil
}

// replace puts the report in place of what is at the path.
func (n *session) replace(dir, path string) error {
	f, err := os.CreateTemp(dir, ".report-*") // only its owner may read it
	if err != nil {
		return err
	}
	err = n.report.JSON(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// storeObject stores the report in a bucket, with the keys of the environment,
// the profile or the machine. A run that was stopped stores its report, too.
func (n *session) storeObject(ctx context.Context, to destination) error {
	f, err := os.CreateTemp(n.env.TempDir, "users-brick-report-*")
	if err != nil {
		return noPlace(err, "BRICK_TMP_DIR")
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := n.report.JSON(f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	object := s3.Source{Bucket: to.bucket, Key: to.key, Patience: n.env.Timeout, Retry: briefly, Emit: n.emit, LinkLocal: n.env.LinkLocal}
	return s3.WriteObject(context.WithoutCancel(ctx), object, "application/json", f)
}
