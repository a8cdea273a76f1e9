package main

import (
	"crypto/sha256"
	"encoding/hex"

	"users-brick/brick"
	"users-brick/brick/runs"
)

// missingFile is what is remembered of a target: who is missing from the files
// since when.
const missingFile = "missing"

// minding lets the job know since when people are missing, where the params
// give them time. Without a store everybody is missing only since now.
func (n *session) minding() {
	if n.params.RemovalGrace == 0 {
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
