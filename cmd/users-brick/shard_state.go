package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"users-brick/brick"
	"users-brick/brick/runs"
)

// goodShards is what is remembered of a job that is done in shards: which file
// each of them last applied well.
const goodShards = "last-good-shards"

// allDid notes that this shard has applied a file well, and reports whether all
// shards of the run have: only then is it the last good file, as it would be
// after one run. A whole run is all there is.
//
// Each notes before it looks, so that of several who end at the same time the
// last one sees all.
func (n *session) allDid(input string) (bool, error) {
	if n.shard.Whole() {
		return true, nil
	}
	if err := runs.Replace(n.goodShard(n.shard), func(w io.Writer) error {
		_, err := io.WriteString(w, input)
		return err
	}); err != nil {
		return false, err
	}
	for i := range n.shard.Of {
		other, err := os.ReadFile(n.goodShard(brick.Shard{Index: i, Of: n.shard.Of}))
		if errors.Is(err, fs.ErrNotExist) || err == nil && string(other) != input {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func (n *session) goodShard(s brick.Shard) string {
	return n.store.State(jobKey(n.settings), goodShards, fmt.Sprintf("%d-of-%d", s.Index, s.Of))
}
