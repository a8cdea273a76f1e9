package brick_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
)

func TestShardsAreWrittenAsIOfN(t *testing.T) {
	for text, want := range map[string]brick.Shard{"0/1": {Index: 0, Of: 1}, " 2 / 7 ": {Index: 2, Of: 7}, "9999/10000": {Index: 9999, Of: 10000}} {
		if have, err := brick.ParseShard(text); err != nil || have != want {
			t.Errorf("%q is %v, %v", text, have, err)
		}
	}
	for _, text := range []string{"", "1", "/", "3/3", "-1/3", "1/0", "0/0", "1/3/4", "a/b", "1.0/3", "0/10001", "+1/3"} {
		if have, err := brick.ParseShard(text); err == nil {
			t.Errorf("%q is taken for %v", text, have)
		}
	}
}

func TestEveryScopeBelongsToOneShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 40).Draw(t, "of")
		scope := brick.Project(rapid.String().Draw(t, "id"))
		if rapid.Bool().Draw(t, "organization") {
			scope = brick.Organization("acme")
		}
		owners := 0
		for i := range of {
			if (brick.Shard{Index: i, Of: of}).Owns(scope) {
				owners++
				if scope.Level == brick.OrganizationLevel && i != 0 {
					t.Errorf("the organization belongs to shard %d", i)
				}
			}
		}
		if owners != 1 {
			t.Errorf("%v belongs to %d shards", scope, owners)
		}
	})
}

// Other programs, and shards of other versions, must find the same.
func TestTheSplitIsTheDocumentedOne(t *testing.T) {
	// Counted with another program than this one.
	for id, want := range map[string]int{"": 0, "p1": 2, "sales": 1, "kunde-ä": 3} {
		for i := range 7 {
			if (brick.Shard{Index: i, Of: 7}).Owns(brick.Project(id)) && i != want {
				t.Errorf("%q belongs to shard %d of 7, want %d", id, i, want)
			}
		}
	}
}

func TestCountedIdsAreSpreadEvenly(t *testing.T) {
	for _, form := range []string{"p%d", "%06d", "client-%d0", "%[1]x%[1]x"} {
		for _, of := range []int{2, 7, 16} {
			counts := make([]int, of)
			for n := range 1000 * of {
				for i := range of {
					if (brick.Shard{Index: i, Of: of}).Owns(brick.Project(fmt.Sprintf(form, n))) {
						counts[i]++
						break
					}
				}
			}
			for i, n := range counts {
				if n < 850 || n > 1150 {
					t.Errorf("%s: shard %d of %d has %d projects of 1000", form, i, of, n)
				}
			}
		}
	}
}

// All shards together never pass more than one run would, and of a number
// exactly as many.
func TestThePartsOfALimitAreNoMoreThanTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 30).Draw(t, "of")
		text := rapid.OneOf(
			rapid.Map(rapid.IntRange(0, 500), func(n int) string { return fmt.Sprint(n) }),
			rapid.Map(rapid.Float64Range(0, 100), func(p float64) string { return fmt.Sprintf("%.2f%%", p) }),
		).Draw(t, "limit")
		limit := brick.MustLimit(text)
		var whole, parts int64
		for i := range of {
			members := rapid.Int64Range(0, 300).Draw(t, "members")
			whole += members
			parts += limit.Part(brick.Shard{Index: i, Of: of}).Most(members)
		}
		if most := limit.Most(whole); parts > most || text[len(text)-1] != '%' && parts != most {
			t.Errorf("%d shards may take out %d of %d together, one run %d", of, parts, whole, most)
		}
	})
}

func TestWhatHasNoLimitHasNoneInAShard(t *testing.T) {
	if !(brick.Limit{}).Part(brick.Shard{Index: 1, Of: 3}).Allows(1<<40, 0) {
		t.Error("a shard has a limit that the run has not")
	}
}
