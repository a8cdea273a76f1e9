package gooddatatest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"users-brick/brick"
)

func (g *group) uri() string { return groupPath + g.id }

// group appends a group as the platform writes it.
func (o out) group(g *group) out {
	uri := g.uri()
	return o.raw(`{"userGroup":{"content":{"name":`).text(g.name).raw(`,"id":`).text(g.id).
		raw(`,"description":`).nullable(text{g.description, g.described}).raw(`,"domain":null,"project":`).text(g.project.uri()).
		raw(`},"meta":{"created":`).text(g.created).raw(`,"updated":`).text(g.updated).raw(`},"links":{"self":`).text(uri).
		raw(`,"members":`).text(uri, "/members").raw(`,"modifyMembers":`).text(uri, "/modifyMembers").raw(`}}}`)
}

// cursor is where a page begins; the client does not understand it.
type cursor struct {
	text   string
	offset int
}

// cursor reads where a page begins, and its length.
func (c *call) cursor(most int) (at cursor, limit int, proper bool) {
	limit, proper = c.number("limit", most)
	at.text = c.r.URL.Query().Get("offset")
	if at.text == "" || !proper || limit == 0 {
		return at, min(limit, most), proper && limit > 0
	}
	plain, err := base64.RawURLEncoding.DecodeString(at.text)
	if err == nil {
		at.offset, err = strconv.Atoi(strings.TrimPrefix(string(plain), "after "))
	}
	return at, min(limit, most), err == nil && at.offset >= 0
}

// cursorPage appends what is said of a page of count items out of all.
func (o out) cursorPage(c *call, at cursor, limit, count, all int) out {
	o = o.raw(`"paging":{"offset":`).nullable(text{at.text, at.text != ""}).raw(`,"limit":`).int(limit).raw(`,"next":`)
	if at.offset+count >= all {
		return o.raw(`null}`)
	}
	next := base64.RawURLEncoding.EncodeToString([]byte("after " + strconv.Itoa(at.offset+count)))
	return o.text(c.page("offset", next, limit)).raw(`}`)
}

func (s *Server) listGroups(c *call) answer {
	at, limit, proper := c.cursor(atMost(c.faults.Pages.Groups))
	if !proper {
		return c.malformed(c.r.URL.RawQuery, "paging")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.project(c, strings.TrimPrefix(c.r.URL.Query().Get("project"), projectPath), true)
	if refused != nil {
		return *refused
	}
	groups := &p.groups
	if user := c.r.URL.Query().Get("user"); user != "" {
		groups = p.groupsOf(strings.TrimPrefix(user, profilePath))
	}
	items, count := out(nil), 0
	groups.page(at.offset, limit, func(g *group) {
		items = items.comma(count).group(g)
		count++
	})
	o := out(nil).raw(`{"userGroups":{`).cursorPage(c, at, limit, count, groups.len()).raw(`,"items":[`)
	return ok(append(o, items...).raw(`]}}`))
}

// groupsOf returns the groups that have a member.
func (p *project) groupsOf(id string) *roster[group] {
	var found roster[group]
	p.groups.all(func(g *group) {
		if g.members.get(id) != nil {
			found.put(g.id, g)
		}
	})
	return &found
}

// groupIn is a group as a client describes it. What is nil was not said.
type groupIn struct {
	UserGroup struct {
		Content struct {
			Name        *string `json:"name"`
			Description *string `json:"description"`
			Project     string  `json:"project"`
		} `json:"content"`
	} `json:"userGroup"`
}

// readGroup reads a group, which must have a name that a state can hold.
func (c *call) readGroup() (*groupIn, *answer) {
	in := &groupIn{}
	if err := c.decode(in); err != nil {
		return nil, refuse(c.malformed("", "userGroup"))
	}
	if name := in.UserGroup.Content.Name; name == nil || !isProper(*name) {
		return nil, refuse(c.malformed("", "name"))
	}
	return in, nil
}

func (s *Server) createGroup(c *call) answer {
	in, bad := c.readGroup()
	if bad != nil {
		return *bad
	}
	content := in.UserGroup.Content
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.project(c, idOf(content.Project), true)
	if refused != nil {
		return *refused
	}
	if p.named[brick.Fold(*content.Name)] != nil {
		return c.nameTaken(*content.Name)
	}
	g := &group{id: s.world.newGroupID(p.ID, *content.Name), name: *content.Name, created: s.stamp(), updated: s.stamp()}
	if content.Description != nil {
		g.description, g.described = *content.Description, true
	}
	s.world.addGroup(p, g)
	return created(plainType, g.uri())
}

// idOf returns the id of a project's URI.
func idOf(uri string) string {
	id, err := url.PathUnescape(strings.TrimPrefix(uri, projectPath))
	if err != nil {
		return uri // which no project has
	}
	return id
}

// newGroupID returns the id of a new group.
func (w *world) newGroupID(project, name string) string {
	for {
		if id := groupID(project, name); w.groups[id] == nil {
			return id
		}
		name += " again"
	}
}

func (c *call) nameTaken(name string) answer {
	return c.javaError(http.StatusConflict, "com.gooddata.commons.http.exception.ConflictException",
		"gdc.http.client.status.409", "User group with name %s already exists", name)
}

// pathGroup returns the group of the path.
func (s *Server) pathGroup(c *call) (*group, *answer) {
	g := s.world.groups[c.r.PathValue("group")]
	if g == nil {
		return nil, refuse(c.notFound())
	}
	_, refused := s.project(c, g.project.ID, true)
	return g, refused
}

func (s *Server) getGroup(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, refused := s.pathGroup(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).group(g))
}

func (s *Server) putGroup(c *call) answer {
	in, bad := c.readGroup()
	if bad != nil {
		return *bad
	}
	content := in.UserGroup.Content
	s.mu.Lock()
	defer s.mu.Unlock()
	g, refused := s.pathGroup(c)
	if refused != nil {
		return *refused
	}
	named := g.project.named
	if other := named[brick.Fold(*content.Name)]; other != nil && other != g {
		return c.nameTaken(*content.Name)
	}
	delete(named, brick.Fold(g.name))
	g.name, g.updated = *content.Name, s.stamp()
	named[brick.Fold(g.name)] = g
	if content.Description != nil {
		g.description, g.described = *content.Description, true
	}
	return bare(http.StatusNoContent)
}
