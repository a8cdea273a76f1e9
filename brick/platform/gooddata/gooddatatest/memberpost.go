package gooddatatest

import (
	"strconv"
	"strings"

	"users-brick/brick"
)

// unknownUser is the recorded message about somebody who has no account.
const unknownUser = "Cannot add user to project. User doesn't exist"

// readMembers reads one member or a batch of them.
func (c *call) readMembers() ([]*memberIn, *answer) {
	var in membersIn
	if err := in.decode(c.body); err != nil {
		return nil, refuse(c.badStructure("users", "STRUCTURE INVALID - "+err.Error()))
	}
	most := c.faults.Batch
	if most <= 0 {
		most = defaultBatch
	}
	if len(in) == 0 || len(in) > most {
		return nil, refuse(c.badStructure("users", strconv.Itoa(len(in))+" users"))
	}
	for _, m := range in {
		if m == nil || m.self == "" {
			return nil, refuse(c.badStructure("user", "STRUCTURE INVALID - Key 'self' is compulsory."))
		}
		if s := m.status; s != nil && *s != wireStatus(brick.Enabled) && *s != wireStatus(brick.Disabled) {
			return nil, refuse(c.badStructure("status", *s))
		}
	}
	return in, nil
}

// postMembers makes members of a project what the client wants. It answers
// 200 whoever failed.
func (s *Server) postMembers(c *call) answer {
	batch, bad := c.readMembers()
	if bad != nil {
		return *bad
	}
	failures := make([]string, len(batch))
	refused := s.changeMembers(c, batch, failures)
	if refused != nil {
		return *refused
	}
	successful, failed := out(nil), out(nil)
	for _, i := range shuffled(len(batch), mixed(uint64(c.n), c.faults.Seed+13)) {
		self := batch[i].self
		switch {
		case failures[i] == "":
			successful = successful.comma(len(successful)).text(self)
		case c.faults.PlainFailures:
			failed = failed.comma(len(failed)).text(self)
		default:
			failed = failed.comma(len(failed)).raw(`{"user":`).text(self).raw(`,"message":`).text(failures[i]).raw(`}`)
		}
	}
	return ok(append(append(out(nil).raw(`{"projectUsersUpdateResult":{"successful":[`), successful...).raw(`],"failed":[`), failed...).raw(`]}}`))
}

// shuffled returns the numbers below n in an order that a seed gives.
func shuffled(n int, seed uint64) []int {
	order := make([]int, n)
	for i := range order {
		j := int(mixed(seed, uint64(i)) % uint64(i+1))
		order[i], order[j] = order[j], i
	}
	return order
}

// changeMembers does what can be done and says of the others why not. Of two
// entries about one person both hold, one after the other.
func (s *Server) changeMembers(c *call, batch []*memberIn, failures []string) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return refused
	}
	for i := range batch {
		failures[i] = s.changeMember(p, batch[i])
	}
	return nil
}

func (s *Server) changeMember(p *project, in *memberIn) (failure string) {
	a := s.addressed(p, in.self)
	if a == nil {
		return unknownUser
	}
	m := &member{account: a, status: brick.Enabled}
	if have := p.members.get(a.id); have != nil {
		*m = *have
	}
	if status := in.status; status != nil && *status == wireStatus(brick.Disabled) {
		m.status = brick.Disabled
	} else if status != nil {
		m.status = brick.Enabled
	}
	if uris := in.roles; uris != nil {
		m.roles = make([]*role, 0, len(*uris))
		for _, uri := range *uris {
			r := p.role(func(r *role) bool { return r.uri == uri })
			if r == nil {
				return "Cannot add user to project. Role " + uri + " doesn't exist"
			}
			m.roles = append(m.roles, r)
		}
	}
	p.join(m)
	return ""
}

// addressed returns the account that a client means by profile id or by login
// in lower case: one of the project's organization, or a member.
func (s *Server) addressed(p *project, self string) *account {
	name, found := strings.CutPrefix(self, profilePath)
	if !found {
		return nil
	}
	a := s.world.profiles[name]
	if a == nil {
		a = s.world.logins[name]
	}
	if a == nil || a.org != p.org && p.members.get(a.id) == nil {
		return nil
	}
	return a
}
