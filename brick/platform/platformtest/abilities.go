package platformtest

import (
	"iter"
	"slices"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// kind demands an error of one of the kinds.
func (c *candidate) kind(err error, kinds ...brick.Kind) {
	c.Helper()
	if err == nil || !slices.Contains(kinds, brick.KindOf(err)) {
		c.Errorf("error is %v, want one of kind %v", err, kinds)
	}
}

// roles are the stories of what a project offers.
func (e *exam) roles(t *testing.T) {
	e.story(t, "names the roles of a project", town(), func(c *candidate) {
		roles, err := able[platform.Roles](c, "Roles").Roles(c.ctx, first)
		if err != nil {
			c.Fatal(err)
		}
		for _, id := range town().Projects[0].Roles {
			if !slices.ContainsFunc(roles, func(r brick.Role) bool { return r.ID == id }) {
				c.Errorf("role %s is missing in %v", id, roles)
			}
		}
		if role, ok := brick.ReadOnlyRole(roles); ok && role.ID != "viewer" {
			c.Errorf("the read-only role is %s, want viewer", role.ID)
		}
	})
	e.story(t, "roles of an unknown project are not found", town(), func(c *candidate) {
		_, err := able[platform.Roles](c, "Roles").Roles(c.ctx, away)
		c.kind(err, brick.NotFound)
	})
}

// projects are the stories of what is known of a project.
func (e *exam) projects(t *testing.T) {
	e.story(t, "knows title, custom id and client", town(), func(c *candidate) {
		have, err := able[platform.Projects](c, "Projects").Project(c.ctx, organization, "default", first.ID)
		if want := town().Projects[0].Project; err != nil || have != want {
			c.Errorf("project is %+v, %v; want %+v", have, err, want)
		}
	})
	e.story(t, "names no client without an organization", town(), func(c *candidate) {
		have, err := able[platform.Projects](c, "Projects").Project(c.ctx, "", "default", first.ID)
		if err != nil || have.ClientID != "" || have.CustomID != "custom-1" {
			c.Errorf("project is %+v, %v", have, err)
		}
	})
	e.story(t, "names no client of another data product", townOfTwoProducts(), func(c *candidate) {
		have, err := able[platform.Projects](c, "Projects").Project(c.ctx, organization, "gold", first.ID)
		if err != nil || have.ClientID != "" {
			c.Errorf("project is %+v, %v; want no client", have, err)
		}
	})
	e.story(t, "refuses what it does not know", town(), func(c *candidate) {
		p := able[platform.Projects](c, "Projects")
		_, err := p.Project(c.ctx, organization, "default", away.ID)
		c.kind(err, brick.NotFound)
		_, err = p.Project(c.ctx, organization, "no-such-product", first.ID)
		c.kind(err, brick.BadInput)
	})
}

// clients are the stories of customers with projects of their own.
func (e *exam) clients(t *testing.T) {
	one := platform.Client{ID: "client-1", Project: first.ID}
	two := platform.Client{ID: "client-2", Project: empty.ID, Segment: "silver"}
	e.story(t, "lists clients with project and segment", town(), func(c *candidate) {
		c.clientsAre(able[platform.Clients](c, "Clients").Clients(c.ctx, organization, "default"), one, two)
	})
	e.story(t, "keeps data products apart", townOfTwoProducts(), func(c *candidate) {
		clients := able[platform.Clients](c, "Clients")
		c.clientsAre(clients.Clients(c.ctx, organization, "default"), one)
		c.clientsAre(clients.Clients(c.ctx, organization, "gold"), two)
		if have, err := clients.Segments(c.ctx, organization, "default"); err != nil || len(have) != 0 {
			c.Errorf("segments are %q, %v; want none", have, err)
		}
	})
	e.story(t, "lists segments", town(), func(c *candidate) {
		have, err := able[platform.Clients](c, "Clients").Segments(c.ctx, organization, "default")
		if err != nil || !slices.Equal(have, []string{"silver"}) {
			c.Errorf("segments are %q, %v", have, err)
		}
	})
	e.story(t, "refuses unknown organizations and data products", town(), func(c *candidate) {
		clients := able[platform.Clients](c, "Clients")
		for _, wrong := range []struct {
			organization, dataProduct string
			kind                      brick.Kind
		}{{"nobody", "default", brick.NotFound}, {organization, "no-such-product", brick.BadInput}} {
			_, err := clients.Segments(c.ctx, wrong.organization, wrong.dataProduct)
			c.kind(err, wrong.kind)
			for _, err = range clients.Clients(c.ctx, wrong.organization, wrong.dataProduct) {
			}
			c.kind(err, wrong.kind)
		}
	})
}

// clientsAre demands exactly these clients, each once, in any order.
func (c *candidate) clientsAre(listed iter.Seq2[platform.Client, error], want ...platform.Client) {
	c.Helper()
	have := map[platform.Client]bool{}
	for client, err := range listed {
		if err != nil || have[client] || !slices.Contains(want, client) {
			c.Fatalf("client %v, %v; want %v", client, err, want)
		}
		have[client] = true
	}
	if len(have) != len(want) {
		c.Errorf("clients are %v, want %v", have, want)
	}
}

// townOfTwoProducts is the town with its second project in a data product of
// its own.
func townOfTwoProducts() State {
	state := town()
	state.Projects[1].DataProduct = "gold"
	return state
}

// self is the story of the candidate's own account.
func (e *exam) self(t *testing.T) {
	e.story(t, "names its own account, or none", town(), func(c *candidate) {
		login, err := able[platform.Self](c, "Self").Self(c.ctx)
		if err != nil {
			c.Fatal(err)
		}
		if parsed, err := brick.ParseLogin(string(login)); login != "" && (err != nil || parsed != login) {
			c.Errorf("own login %q is no parsed login", login)
		}
	})
}
