package directory

import (
	"context"

	"users-brick/brick"
)

// Overview is what a directory holds, in numbers.
type Overview struct {
	Organizations []OrganizationOverview `json:"organizations"`
}

// OrganizationOverview is one organization in numbers.
type OrganizationOverview struct {
	Name     string            `json:"name"`
	Users    int64             `json:"users"`
	Projects []ProjectOverview `json:"projects"`
}

// ProjectOverview is one project in numbers.
type ProjectOverview struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	CustomID string `json:"custom_id"`
	ClientID string `json:"client_id"`
	Enabled  int64  `json:"enabled"`
	Disabled int64  `json:"disabled"`
	Groups   int64  `json:"groups"`
}

// Overview counts what the directory holds, organizations in the order of
// their names and projects in the order of their ids.
func (d *Directory) Overview(ctx context.Context) (Overview, error) {
	names, err := d.names(ctx, "SELECT name FROM organizations ORDER BY name")
	overview := Overview{Organizations: make([]OrganizationOverview, len(names))}
	for i, name := range names {
		if err == nil {
			overview.Organizations[i], err = d.organizationOverview(ctx, name)
		}
	}
	return overview, fault("count", err)
}

func (d *Directory) organizationOverview(ctx context.Context, name string) (OrganizationOverview, error) {
	o := OrganizationOverview{Name: name, Projects: []ProjectOverview{}}
	place, err := d.place(ctx, brick.Organization(name))
	if err != nil {
		return o, err
	}
	if err := d.scan(ctx, "SELECT count(*) FROM accounts WHERE organization = ?", []any{place}, &o.Users); err != nil {
		return o, err
	}
	d.lock.RLock()
	defer d.lock.RUnlock()
	rows, err := d.read.QueryContext(ctx, `SELECT project, title, custom_id, client_id,
		(SELECT count(*) FROM members m WHERE m.project = p.id AND m.status = 1),
		(SELECT count(*) FROM members m WHERE m.project = p.id AND m.status = 2),
		(SELECT count(*) FROM groups g WHERE g.project = p.id)
		FROM projects p WHERE organization = ? ORDER BY project`, place)
	if err != nil {
		return o, err
	}
	defer rows.Close()
	for rows.Next() {
		var p ProjectOverview
		if err := rows.Scan(&p.ID, &p.Title, &p.CustomID, &p.ClientID, &p.Enabled, &p.Disabled, &p.Groups); err != nil {
			return o, err
		}
		o.Projects = append(o.Projects, p)
	}
	return o, rows.Err()
}
