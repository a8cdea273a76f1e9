package gooddatatest

import (
	"net/url"
	"strconv"

	"users-brick/brick"
)

func (s *Server) listAccounts(c *call) answer {
	most := atMost(c.faults.Pages.Accounts)
	offset, limit, proper := c.slice(most, most)
	if !proper {
		return c.malformed(c.r.URL.RawQuery, "paging")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, refused := s.domain(c)
	if refused != nil {
		return *refused
	}
	if login := c.r.URL.Query().Get("login"); login != "" {
		return s.findAccount(o, login)
	}
	items, count := make(out, 0, 700*min(limit, o.accounts.len())), 0
	o.accounts.page(offset, limit, func(a *account) {
		items = items.comma(count).setting(a)
		count++
	})
	next := ""
	if c.faults.NextLinks && offset+count < o.accounts.len() {
		next = c.page("offset", strconv.Itoa(offset+count), limit)
	}
	return ok(accountPage(offset, count, next, items))
}

// findAccount answers with the account of a login, letter case ignored, or
// with none.
func (s *Server) findAccount(o *organization, login string) answer {
	a := s.world.logins[brick.Fold(login)]
	if a == nil || a.org != o {
		return ok(accountPage(0, 0, "", nil))
	}
	return ok(accountPage(0, 1, "", out(nil).setting(a)))
}

func accountPage(offset, count int, next string, items out) out {
	o := make(out, 0, len(items)+200).raw(`{"accountSettings":{"paging":{"offset":`).int(offset).raw(`,"count":`).int(count)
	if next != "" {
		o = o.raw(`,"next":`).text(next)
	}
	return append(o.raw(`},"items":[`), items...).raw(`]}}`)
}

// page returns the link to another page of the same resource.
func (c *call) page(name, value string, limit int) string {
	q := c.r.URL.Query()
	q.Set(name, value)
	q.Set("limit", strconv.Itoa(limit))
	return (&url.URL{Path: c.r.URL.Path, RawPath: c.r.URL.RawPath, RawQuery: q.Encode()}).String()
}
