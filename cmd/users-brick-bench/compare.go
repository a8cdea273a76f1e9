package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
)

// compared is what it took to compare one project.
type compared struct {
	Members  int
	Decoding time.Duration // of rows and members, alone
	All      time.Duration // decoding, comparing and writing the changes
}

// perMember returns how long comparing took beyond decoding.
func (c *compared) perMember() time.Duration { return (c.All - c.Decoding) / time.Duration(c.Members) }

// rounds is how often comparing is measured; the median counts.
const rounds = 5

// compareOnly compares a project of so many members with a file in which two
// of a hundred have another role, and prints how long that took.
func compareOnly(members int) error {
	rows, have := spool.New(spool.Options{Memory: 16 << 20}), spool.New(spool.Options{Memory: 16 << 20})
	var value []byte
	for i := range members {
		row := brick.Row{Line: i + 2, Project: "p1", Login: brick.Login(login(i)), Roles: []string{"viewer"}}
		member := brick.Member{Login: row.Login, Status: brick.Enabled, Roles: []string{"viewer"}, Ref: fmt.Sprintf("%032x", i)}
		if i%50 == 7 {
			row.Roles = []string{"editor"}
		}
		value = spool.AppendRow(value[:0], "p1", &row)
		if err := rows.Add("p1", string(row.Login), value); err != nil {
			return err
		}
		value = spool.AppendMember(value[:0], &member)
		if err := have.Add("p1", string(member.Login), value); err != nil {
			return err
		}
	}
	wanted, err := rows.Sort(context.Background())
	if err != nil {
		return err
	}
	defer wanted.Close()
	held, err := have.Sort(context.Background())
	if err != nil {
		return err
	}
	defer held.Close()
	all, err := compareOften(members, wanted, held)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b compared) int { return int(a.perMember() - b.perMember()) })
	return json.NewEncoder(os.Stdout).Encode(all[len(all)/2])
}

func compareOften(members int, wanted, held *spool.Sorted) (all []compared, err error) {
	for range rounds {
		c := compared{Members: members}
		started := time.Now()
		for _, err = range records(wanted, spool.DecodeRow) {
		}
		for _, err = range records(held, decodeMember) {
		}
		if err != nil {
			return nil, err
		}
		c.Decoding = time.Since(started)
		started = time.Now()
		if err := compareOnce(wanted, held); err != nil {
			return nil, err
		}
		c.All = time.Since(started)
		all = append(all, c)
	}
	return all, nil
}

// compareOnce does what planning one scope does.
func compareOnce(wanted, held *spool.Sorted) error {
	roles := []brick.Role{{ID: "viewer"}, {ID: "editor"}, {ID: "admin", Admin: true}}
	changes, lines := spool.NewBuffer(1<<20, ""), spool.NewBuffer(1<<20, "")
	defer changes.Close()
	defer lines.Close()
	wants := plan.Merge(records(wanted, spool.DecodeRow), &plan.Resolver{Membership: true, Roles: roles})
	rules := &plan.Rules{
		Scope: brick.Project("p1"), Policy: brick.Mirror, Groups: plan.NewGroups(nil),
		Spares: func(brick.Login, bool) bool { return false },
		Doubt:  func(brick.Login) string { return "" },
		Stay:   func(brick.Login) string { return "" },
	}
	var line []byte
	for d, err := range plan.Diff(wants, records(held, decodeMember), rules) {
		if err == nil && d.Verdict == plan.Changed {
			if line, err = plan.AppendChange(line[:0], &d.Change); err == nil {
				_, err = changes.Write(line)
			}
			if err == nil {
				_, err = lines.Write(plan.AppendLine(line[:0], d.Lines))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func decodeMember(_ string, from spool.Record, m *brick.Member) error {
	return spool.DecodeMember(from, m)
}

// records yields the decoded records of the one group there is.
func records[T any](sorted *spool.Sorted, decode func(string, spool.Record, *T) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r, err := range sorted.At(0).Records() {
			var value T
			if err == nil {
				err = decode("p1", r, &value)
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}
