package directory_test

import (
	"testing"

	"users-brick/brick/platform/directory"
)

// shardOf is the turn of a shard of a run.
func shardOf(run, fleet, which string) *directory.Turn {
	t := turnOf(run, "")
	t.Fleet, t.Shard = fleet, which
	return t
}

func TestShardsOfOneRunHaveTheirTurnsAtTheSameTime(t *testing.T) {
	path := create(t, twoProjects)
	first := enter(t, path, shardOf("one", "f", "0"), noon)
	defer first.Close()
	second := enter(t, path, shardOf("two", "f", "1"), noon)
	defer second.Close()
	write(t, first, "p1")
	write(t, second, "p2")
	write(t, first, "p1")
}

func TestNobodyHasATurnBesideAShard(t *testing.T) {
	for name, other := range map[string]func() *directory.Turn{
		"the same shard":         func() *directory.Turn { return shardOf("other", "f", "0") },
		"a shard of another run": func() *directory.Turn { return shardOf("other", "ff", "1") },
		"one project":            func() *directory.Turn { return turnOf("other", "p1") },
		"the whole directory":    func() *directory.Turn { return turnOf("other", "") },
	} {
		t.Run(name, func(t *testing.T) {
			for _, order := range [][2]*directory.Turn{{shardOf("shard", "f", "0"), other()}, {other(), shardOf("shard", "f", "0")}} {
				path := create(t, twoProjects)
				first := enter(t, path, order[0], noon)
				write(t, first, "p1")
				kept(t, path, order[1], noon, "run "+order[0].Owner.RunID+" on host mill")
				first.Close()
				second := enter(t, path, order[1], noon)
				write(t, second, "p1")
				second.Close()
			}
		})
	}
}
