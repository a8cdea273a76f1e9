package directory

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"io"

	"users-brick/brick"
	"users-brick/brick/spool"
)

// dumpMemory is how many bytes of a dump are held in memory; a larger one goes
// through a temporary file.
const dumpMemory = 8 << 20

// Dump writes the contents as a document: keys sorted, lists ordered, nothing
// for what is not set. Equal contents give equal bytes. What is written is
// the state of one moment, and complete before the first byte is written, so
// that a slow w keeps nobody from changing the directory.
func (d *Directory) Dump(ctx context.Context, w io.Writer) (err error) {
	document := spool.NewBuffer(dumpMemory, d.temp)
	defer func() { err = errors.Join(err, document.Close()) }()
	if err := d.print(ctx, document); err != nil {
		return fault("dump", err)
	}
	_, err = document.WriteTo(w)
	return err
}

// print writes the document while nothing can change.
func (d *Directory) print(ctx context.Context, w io.Writer) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	d.lock.RLock()
	defer d.lock.RUnlock()
	tx, err := d.read.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	out := &printer{w: bufio.NewWriterSize(w, 1<<16)}
	p := &dumper{printer: out, ctx: ctx, tx: tx}
	if err := p.organizations(); err != nil {
		return err
	}
	return out.w.Flush()
}

// dumper writes a document from one transaction.
type dumper struct {
	*printer
	ctx context.Context
	tx  *sql.Tx
}

func (p *dumper) organizations() error {
	p.text(`{"organizations":`)
	err := p.list("", func() error {
		return p.rows(`SELECT id, name FROM organizations ORDER BY name`, nil, func(scan scan) error {
			var id int64
			var name string
			if err := scan(&id, &name); err != nil {
				return err
			}
			return p.element("", func() error { return p.organization(id, name) })
		})
	})
	p.text("}\n")
	return err
}

func (p *dumper) organization(id int64, name string) error {
	p.text(`{"name":`)
	if err := p.value(name); err != nil {
		return err
	}
	p.text(`,"projects":`)
	if err := p.list(" ", func() error { return p.projects(id) }); err != nil {
		return err
	}
	p.text(`,"users":`)
	if err := p.list(" ", func() error { return p.users(id) }); err != nil {
		return err
	}
	p.text("}")
	return nil
}

// projectHead is what a document says of a project before its members, in
// the order of its keys, and projectTail what it says after them.
type (
	projectHead struct {
		ClientID    string   `json:"client_id,omitempty"`
		CustomID    string   `json:"custom_id,omitempty"`
		DataProduct string   `json:"data_product,omitempty"`
		Groups      []string `json:"groups,omitempty"`
		ID          string   `json:"id"`
	}
	projectTail struct {
		Roles   []string `json:"roles"`
		Segment string   `json:"segment,omitempty"`
		Title   string   `json:"title,omitempty"`
	}
)

func (p *dumper) projects(organization int64) error {
	return p.rows(`SELECT id, project, title, custom_id, client_id, data_product, segment FROM projects
		WHERE organization = ? ORDER BY project`, organization, func(scan scan) error {
		var id int64
		var head projectHead
		tail := projectTail{Roles: []string{}}
		if err := scan(&id, &head.ID, &tail.Title, &head.CustomID, &head.ClientID, &head.DataProduct, &tail.Segment); err != nil {
			return err
		}
		if head.DataProduct == DefaultDataProduct {
			head.DataProduct = ""
		}
		if err := p.names(&head.Groups, `SELECT name FROM groups WHERE project = ? ORDER BY folded`, id); err != nil {
			return err
		}
		if err := p.names(&tail.Roles, `SELECT role FROM roles WHERE project = ? ORDER BY role`, id); err != nil {
			return err
		}
		return p.element(" ", func() error { return p.project(id, head, tail) })
	})
}

// project joins head, members and tail to one object.
func (p *dumper) project(id int64, head projectHead, tail projectTail) error {
	before, err := encode(head)
	if err != nil {
		return err
	}
	after, err := encode(tail)
	if err != nil {
		return err
	}
	p.text(string(before[:len(before)-1]) + `,"members":`)
	if err := p.list("  ", func() error { return p.members(id) }); err != nil {
		return err
	}
	p.text("," + string(after[1:]))
	return nil
}

// memberLine is a member in the order of a document's keys.
type memberLine struct {
	Groups []string     `json:"groups,omitempty"`
	Login  string       `json:"login"`
	Roles  []string     `json:"roles,omitempty"`
	Status brick.Status `json:"status"`
}

// members walks the members and their groups, both in login order, side by
// side.
func (p *dumper) members(project int64) error {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT m.login, g.name FROM group_members m CROSS JOIN groups g ON g.id = m.group_id
		WHERE m.project = ? ORDER BY m.login, g.folded`, project)
	if err != nil {
		return err
	}
	defer rows.Close()
	groups := &groupCursor{rows: rows}
	return p.rows(`SELECT login, status, roles FROM members WHERE project = ? ORDER BY login`, project, func(scan scan) error {
		var m memberLine
		var roles string
		if err := scan(&m.Login, &m.Status, &roles); err != nil {
			return err
		}
		m.Roles = splitRoles(roles)
		if m.Groups, err = groups.of(m.Login); err != nil {
			return err
		}
		return p.element("  ", func() error { return p.value(m) })
	})
}

// groupCursor walks pairs of login and group in login order.
type groupCursor struct {
	rows         *sql.Rows
	login, group string // the pair that was read last and not given out
	ended        bool
}

// of returns the groups of a login. Logins are asked for in order.
func (c *groupCursor) of(login string) (groups []string, err error) {
	for !c.ended && c.login <= login {
		if c.login == login {
			groups = append(groups, c.group)
		}
		if c.ended = !c.rows.Next(); c.ended {
			return groups, c.rows.Err()
		}
		if err := c.rows.Scan(&c.login, &c.group); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// userLine is an account in the order of a document's keys.
type userLine struct {
	AuthenticationModes []string `json:"authentication_modes,omitempty"`
	Company             string   `json:"company,omitempty"`
	Country             string   `json:"country,omitempty"`
	Email               string   `json:"email,omitempty"`
	FirstName           string   `json:"first_name,omitempty"`
	IPWhitelist         []string `json:"ip_whitelist,omitempty"`
	Language            string   `json:"language,omitempty"`
	LastName            string   `json:"last_name,omitempty"`
	Login               string   `json:"login"`
	Phone               string   `json:"phone,omitempty"`
	Position            string   `json:"position,omitempty"`
	SSOProvider         string   `json:"sso_provider,omitempty"`
}

func (p *dumper) users(organization int64) error {
	return p.rows(`SELECT login, `+fields+` FROM accounts WHERE organization = ? ORDER BY login`, organization, func(scan scan) error {
		var u userLine
		var lists brick.Profile
		err := scan(&u.Login, &u.FirstName, &u.LastName, &u.Email, &lists[brick.AuthenticationModes], &u.SSOProvider,
			&u.Language, &u.Company, &u.Position, &u.Country, &u.Phone, &lists[brick.IPWhitelist])
		if err != nil {
			return err
		}
		u.AuthenticationModes = lists.List(brick.AuthenticationModes)
		u.IPWhitelist = lists.List(brick.IPWhitelist)
		return p.element(" ", func() error { return p.value(u) })
	})
}

// scan reads the current row.
type scan func(into ...any) error

// rows calls each for every row of a query with at most one argument.
func (p *dumper) rows(query string, arg any, each func(scan) error) error {
	var args []any
	if arg != nil {
		args = []any{arg}
	}
	rows, err := p.tx.QueryContext(p.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := stopped(p.ctx); err != nil {
			return err
		}
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// names appends the one column of a query.
func (p *dumper) names(into *[]string, query string, arg any) error {
	return p.rows(query, arg, func(scan scan) error {
		var name string
		err := scan(&name)
		*into = append(*into, name)
		return err
	})
}
