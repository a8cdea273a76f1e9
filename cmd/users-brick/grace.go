package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"

	"users-brick/brick"
	"users-brick/brick/runs"
)

// missingFile is what is remembered of a target: who is missing from the files
// since when.
const missingFile = "missing"

// minding lets the job know since when people are missing, where the params
// give them time. Without a store everybody is missing only since now. Where
// they give none, it matters only when others did before.
func (n *session) minding() {
	if n.params.RemovalGrace == 0 {
		if n.store != nil {
			n.job.Missing = existing(missingIn(n.store, n.settings))
		}
		return
	}
	if n.store == nil {
		n.warn(brick.Finding{
			Source: "removal_grace", Warning: true, Text: "nothing remembers since when people are missing, so that nobody is deleted",
			Hint: "name a directory that stays with BRICK_RUN_DIR",
		})
		return
	}
	n.job.Missing = missingIn(n.store, n.settings)
}

// existing returns the path of a file, "" when there is none.
func existing(path string) string {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}

// missingIn is where a store remembers who is missing from a target, whatever
// the file and the mode.
func missingIn(store *runs.Store, s *settings) string {
	target := s.platform.target(s.params)
	if path := s.params.Platform.Path; path != "" {
		target = absolute(path)
	}
	sum := sha256.Sum256([]byte(s.platform.name + "\x00" + target))
	return store.State(hex.EncodeToString(sum[:]), missingFile)
}
