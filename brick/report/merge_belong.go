package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"users-brick/brick"
)

func apart(text, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: "merge reports", Err: errors.New(text), Hint: hint}
}

// belong makes sure that reports are of different shards of one run.
func belong(docs []*Document) error {
	first := docs[0]
	input := "" // a shard that did not get so far has none
	for i, d := range docs {
		if d.Shard.Whole() {
			return apart(fmt.Sprintf("run %s is no shard", d.RunID), "name the reports of shards only")
		}
		if i > 0 && docs[i-1].Shard == d.Shard {
			return apart(fmt.Sprintf("%v comes twice, in run %s and run %s", d.Shard, docs[i-1].RunID, d.RunID), "name one report for each shard, the last one where a shard was run again")
		}
		for _, same := range []struct{ what, a, b string }{
			{"numbers of shards", fmt.Sprint(first.Shard.Of), fmt.Sprint(d.Shard.Of)},
			{"params", first.Digests.Params, d.Digests.Params},
			{"modes", first.Mode, d.Mode},
			{"platforms", first.Platform + " " + first.Target, d.Platform + " " + d.Target},
			{"files", cmp.Or(input, d.Digests.Input), cmp.Or(d.Digests.Input, input)},
			{"kinds, a plan and a run", fmt.Sprint(first.PlanOnly), fmt.Sprint(d.PlanOnly)},
		} {
			if same.a != same.b {
				return apart(fmt.Sprintf("run %s and run %s are of different %s", first.RunID, d.RunID, same.what), "name the reports of one run only")
			}
		}
		input = cmp.Or(input, d.Digests.Input)
	}
	return together(docs)
}

// together makes sure that the runs began at about one time: the file and the
// params of two nights may well be the same.
func together(docs []*Document) error {
	began := func(a, b *Document) int { return a.Started.Compare(b.Started) }
	first, last := slices.MinFunc(docs, began), slices.MaxFunc(docs, began)
	if apartBy := last.Started.Sub(first.Started); apartBy > brick.ShardsWithin {
		return apart(fmt.Sprintf("run %s (%v) began %v before run %s (%v): these are two runs", first.RunID, first.Shard, apartBy.Round(time.Minute), last.RunID, last.Shard),
			"name the reports of one run only; where a shard was run again so much later, run the others again, too: they have nothing to do")
	}
	return nil
}

// missing returns the shards without a report.
func missing(docs []*Document) []int {
	var none []int
	next := 0
	for i := range docs[0].Shard.Of {
		if next < len(docs) && docs[next].Shard.Index == i {
			next++
			continue
		}
		none = append(none, i)
	}
	return none
}

// shownMissing is how many missing shards a message names.
const shownMissing = 20

func indexes(shards []int) string {
	var names []string
	for _, i := range shards[:min(len(shards), shownMissing)] {
		names = append(names, fmt.Sprint(i))
	}
	if len(shards) > shownMissing {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
