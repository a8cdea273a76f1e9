package brick

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Shard is one part of a run that several processes share: the projects are
// split among them, and the organization belongs to the first. The zero Shard
// is a whole run.
type Shard struct {
	Index int `json:"index"` // from 0
	Of    int `json:"of"`    // how many there are; 0 for a whole run
}

// MaxShards is how many shards a run may have.
const MaxShards = 10_000

// ShardsWithin is how long after the first shard of a run the last one may
// begin: a scheduler may start them one after another. Those that begin further
// apart are taken for shards of two runs.
const ShardsWithin = 12 * time.Hour

// ParseShard reads "i/n", with i from 0 to n-1 and n up to MaxShards.
func ParseShard(text string) (Shard, error) {
	index, of, found := strings.Cut(strings.TrimSpace(text), "/")
	i, notIndex := strconv.ParseUint(strings.TrimSpace(index), 10, 31)
	n, notCount := strconv.ParseUint(strings.TrimSpace(of), 10, 31)
	if !found || notIndex != nil || notCount != nil || i >= n || n > MaxShards {
		return Shard{}, fmt.Errorf("%q is no shard: write i/n, with i from 0 to n-1 and n from 1 to %d", text, MaxShards)
	}
	return Shard{Index: int(i), Of: int(n)}, nil
}

// Whole reports whether the run is not split.
func (s Shard) Whole() bool { return s.Of == 0 }

// String returns "shard 1 of 3", or "the whole run".
func (s Shard) String() string {
	if s.Whole() {
		return "the whole run"
	}
	return fmt.Sprintf("shard %d of %d", s.Index, s.Of)
}

// Fraction returns what [ParseShard] reads, such as "1/3"; "" for the whole
// run.
func (s Shard) Fraction() string {
	if s.Whole() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// Owns reports whether a scope belongs to the shard: each belongs to exactly
// one of the n shards, whatever else there is, and on every machine.
//
// An organization belongs to shard 0. A project belongs to shard
// mix(FNV-1a(id)) mod n, where FNV-1a is the one of 64 bits over the bytes of
// the id, and mix(h) is h ^= h>>33; h *= 0xff51afd7ed558ccd; h ^= h>>33, since
// the lowest bits of FNV-1a alone repeat the pattern of ids that are counted
// through. A client of the file that has no project counts by "client:" and its
// id.
func (s Shard) Owns(scope Scope) bool {
	switch {
	case s.Whole():
		return true
	case scope.Level == OrganizationLevel:
		return s.Index == 0
	}
	return spread(scope.ID)%uint64(s.Of) == uint64(s.Index)
}

// spread is the hash that [Shard.Owns] documents. It must never change: the
// shards of one run may be of different versions.
func spread(id string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// Part returns the shard's part of a number that all shards share: rounded
// down, and the remainder goes to the first, so that the parts together are
// the number.
func (s Shard) Part(number int64) int64 {
	if s.Whole() {
		return number
	}
	part := number / int64(s.Of)
	if int64(s.Index) < number%int64(s.Of) {
		part++
	}
	return part
}
