package runs

import (
	"cmp"
	"errors"
	"iter"
	"slices"
)

// Loss is how many people of a project a file names, and how many the one
// before named.
type Loss struct {
	Project string
	Before  int64
	Now     int64
}

// lost returns how many people fewer there are.
func (l *Loss) lost() int64 { return l.Before - l.Now }

// Lost compares the people of two files, each in bytewise order of the
// projects. It returns the projects that have fewer people now, those that
// lost most of them first and of equals in the order of projects, at most so
// many; and how many projects lost people in all. Only those that are returned
// are kept in memory.
func Lost(before, now iter.Seq2[People, error], most int) (losses []Loss, all int64, err error) {
	next, stop := iter.Pull2(now)
	defer stop()
	p, err, more := next()
	for b, broken := range before {
		for broken == nil && err == nil && more && p.Project < b.Project {
			p, err, more = next()
		}
		if broken != nil || err != nil {
			return nil, 0, errors.Join(broken, err)
		}
		l := Loss{Project: b.Project, Before: b.People}
		if more && p.Project == b.Project {
			l.Now = p.People
		}
		if l.lost() > 0 {
			all++
			losses = worst(losses, l, most)
		}
	}
	return losses, all, err
}

// worst puts a loss among the greatest so far.
func worst(losses []Loss, l Loss, most int) []Loss {
	at, _ := slices.BinarySearchFunc(losses, l, func(a, b Loss) int {
		return cmp.Or(cmp.Compare(b.lost(), a.lost()), cmp.Compare(a.Project, b.Project))
	})
	if at >= most {
		return losses
	}
	losses = slices.Insert(losses, at, l)
	return losses[:min(len(losses), most)]
}
