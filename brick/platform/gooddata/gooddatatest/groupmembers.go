package gooddatatest

import (
	"net/http"
	"strings"
)

func (s *Server) listGroupMembers(c *call) answer {
	at, limit, proper := c.cursor(atMost(c.faults.Pages.GroupMembers))
	if !proper {
		return c.malformed(c.r.URL.RawQuery, "paging")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, refused := s.pathGroup(c)
	if refused != nil {
		return *refused
	}
	items, count, all := make(out, 0, 160*min(limit, g.members.len())), 0, g.members.len()+len(g.nested)
	g.members.page(at.offset, limit, func(a *account) {
		items = items.comma(count).raw(`{"user":{"content":{"firstName":`).nullable(a.texts[firstName]).
			raw(`,"lastName":`).nullable(a.texts[lastName]).raw(`},"links":{"self":`).uri(profilePath, a.id).raw(`}}}`)
		count++
	})
	for ; count < limit && at.offset+count < all; count++ { // groups come after people
		inner := g.nested[at.offset+count-g.members.len()]
		items = items.comma(count).raw(`{"userGroup":{"content":{"name":`).text(inner.name).raw(`},"links":{"self":`).text(inner.uri()).raw(`}}}`)
	}
	o := make(out, 0, len(items)+300).raw(`{"userGroupMembers":{`).cursorPage(c, at, limit, count, all)
	return ok(append(o.raw(`,"items":[`), items...).raw(`]}}`))
}

// modifyMembers changes the members of a group, all that are named or none.
func (s *Server) modifyMembers(c *call) answer {
	var in struct {
		ModifyMembers struct {
			Operation string   `json:"operation"`
			Items     []string `json:"items"`
		} `json:"modifyMembers"`
	}
	if err := c.decode(&in); err != nil {
		return c.malformed("", "modifyMembers")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, refused := s.pathGroup(c)
	if refused != nil {
		return *refused
	}
	change := in.ModifyMembers
	accounts, refused := s.named(c, change.Items)
	if refused != nil {
		return *refused
	}
	if refused := c.checkMembers(g, change.Operation, accounts); refused != nil {
		return *refused
	}
	g.modify(change.Operation, accounts)
	g.updated = s.stamp()
	return bare(http.StatusNoContent)
}

// modify does what has been checked.
func (g *group) modify(operation string, accounts []*account) {
	if operation == "SET" {
		g.nested = nil
		var before []*account
		g.members.all(func(a *account) { before = append(before, a) })
		for _, a := range before {
			g.leave(a)
		}
	}
	for _, a := range accounts {
		if operation == "REMOVE" {
			g.leave(a)
		} else {
			g.join(a)
		}
	}
}

// named returns the accounts whose profiles these are.
func (s *Server) named(c *call, uris []string) ([]*account, *answer) {
	accounts := make([]*account, len(uris))
	for i, uri := range uris {
		id, found := strings.CutPrefix(uri, profilePath)
		if accounts[i] = s.world.profiles[id]; !found || accounts[i] == nil {
			return nil, refuse(c.malformed(uri, "items"))
		}
	}
	return accounts, nil
}

// checkMembers refuses what cannot be done to a group.
func (c *call) checkMembers(g *group, operation string, accounts []*account) *answer {
	if operation != "ADD" && operation != "SET" && operation != "REMOVE" {
		return refuse(c.malformed(operation, "operation"))
	}
	if operation == "REMOVE" {
		return nil
	}
	for _, a := range accounts {
		stranger := g.project.members.get(a.id) == nil
		present := g.members.get(a.id) != nil
		if c.faults.GroupsOfMembers && stranger || c.faults.StrictAdd && present && operation == "ADD" {
			return refuse(c.malformed(a.uri(), "items"))
		}
	}
	return nil
}
