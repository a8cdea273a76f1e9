package gooddata

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// listMembers yields the enabled and disabled members of a project, each once.
// His Ref tells the id of his account; Groups are nil unless they are needed.
// The state of the project, its roles, its groups and its first page are asked
// for at the same time.
func (d *Driver) listMembers(ctx context.Context, s brick.Scope, need platform.Need) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		if !ordinary(s.ID) {
			yield(brick.Member{}, errNoProject)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		l := d.beginList(ctx, cancel, s.ID, need.Groups)
		defer l.wait()
		defer cancel()
		listed := 0
		for p, err := range each(ctx, d, personPages(s.ID, need.Members)) {
			if err = l.ready(err); err != nil {
				yield(brick.Member{}, err)
				return
			}
			listed++
			m, known, err := l.member(&p)
			if !known && err == nil {
				continue
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
		if err := l.ready(nil); err != nil {
			yield(brick.Member{}, err)
			return
		}
		d.projects.keepLength(s.ID, listed)
		if l.odd > 0 {
			d.warn(fmt.Sprintf("%v: %d members are left out, their logins are no email addresses", s, l.odd))
		}
	}
}

// personPages are the pages of a project's members.
func personPages(project string, about int64) listing[person] {
	return listing[person]{
		kind: "members",
		path: func(offset, limit int) string {
			return fmt.Sprintf("%s%s/users?offset=%d&limit=%d", projectPrefix, project, offset, limit)
		},
		decode: decodeMembers,
		key: func(p *person) string {
			if p.id == "" {
				return p.login
			}
			return p.id
		},
		about: about,
	}
}

// memberList is what the members of one project are described with.
type memberList struct {
	project     string
	roles       *later[*roleSet]
	groups      *later[*memberships]
	known       *roleSet
	memberships *memberships // nil when groups are not needed
	named       map[string][]string
	done        bool
	odd         int // members whose login is no email address
}

// beginList asks for roles and groups. It calls the list off when the project
// is not there.
func (d *Driver) beginList(ctx context.Context, cancel context.CancelFunc, project string, groups bool) *memberList {
	l := &memberList{project: project, named: map[string][]string{}}
	l.roles = soon(func() (*roleSet, error) {
		roles, err := d.ready(ctx, project)
		if err != nil {
			cancel()
		}
		return roles, err
	})
	l.groups = soon(func() (*memberships, error) {
		if !groups {
			return nil, nil
		}
		return d.memberships(ctx, project)
	})
	return l
}

// wait ends what was begun.
func (l *memberList) wait() {
	l.roles.get()
	l.groups.get()
}

// ready waits until members can be described. Of several errors it returns the
// one that is most to the point: what is wrong with the project.
func (l *memberList) ready(pages error) (err error) {
	if l.done {
		return pages
	}
	if l.known, err = l.roles.get(); err != nil {
		return err
	}
	if pages != nil {
		return pages
	}
	l.memberships, err = l.groups.get()
	l.done = err == nil
	return err
}

// member describes a member, and returns false for whom no file can name: what
// is left of a deleted account, and a login that is no email address. Of
// somebody without a login nobody can tell who he is, so that the list cannot
// be relied upon: an error.
func (l *memberList) member(p *person) (m brick.Member, known bool, err error) {
	login, err := brick.ParseLogin(p.login)
	switch {
	case strings.TrimSpace(p.login) == "":
		return m, false, brick.Errorf(brick.Failed, "the platform lists a member without a login (account %q)", oneLine(p.id, longestName))
	case isRemains(p.login):
		return m, false, nil
	case err != nil:
		l.odd++
		return m, false, nil
	}
	m = brick.Member{Login: login, Status: p.status, Roles: l.rolesOf(p.roles), Ref: ref{id: p.id}.String()}
	if l.memberships != nil {
		m.Groups = l.memberships.of(p.id)
	}
	return m, true, nil
}

// isRemains reports whether a login is what the platform leaves in projects
// when it deletes an account.
func isRemains(login string) bool { return strings.HasPrefix(brick.Fold(login), "deleted-") }

// rolesOf returns the identifiers of roles. Most people have one role, and
// share the list.
func (l *memberList) rolesOf(uris []string) []string {
	if len(uris) != 1 {
		ids := make([]string, len(uris))
		for i, uri := range uris {
			ids[i] = l.known.identifier(l.project, uri)
		}
		return brick.Set(ids)
	}
	ids, known := l.named[uris[0]]
	if !known {
		ids = brick.Set([]string{l.known.identifier(l.project, uris[0])})
		l.named[uris[0]] = ids
	}
	return ids
}
