package memory

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// Roles returns the project's roles as they were described.
func (p *Platform) Roles(ctx context.Context, s brick.Scope) ([]brick.Role, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pr, err := p.project(s)
	if err != nil {
		return nil, err
	}
	return slices.Clone(pr.Project.Roles), stopped(ctx)
}

// Groups returns the names of the project's groups, letter case ignored in
// their order.
func (p *Platform) Groups(ctx context.Context, s brick.Scope) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pr, err := p.project(s)
	if err != nil {
		return nil, err
	}
	return brick.FoldSet(slices.Collect(maps.Values(pr.groups))), stopped(ctx)
}

// CreateGroup makes a group unless the project has one of that name, letter
// case and outer spaces ignored. A name of spaces only is an error of kind
// Invalid.
func (p *Platform) CreateGroup(ctx context.Context, s brick.Scope, name string) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	pr, err := p.project(s)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	folded := brick.Fold(name)
	if folded == "" {
		return &brick.Error{Kind: brick.Invalid, Op: "create group", Scope: s, Err: errors.New("its name is empty")}
	}
	if _, exists := pr.groups[folded]; !exists {
		p.effect()
		pr.groups[folded] = name
	}
	return nil
}

// Project returns what is known of a project; see [platform.Projects].
func (p *Platform) Project(ctx context.Context, organization, dataProduct, id string) (platform.Project, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pr, err := p.project(brick.Project(id))
	if err != nil {
		return platform.Project{}, err
	}
	found := pr.Project.Project
	if organization == "" {
		found.ClientID = ""
		return found, stopped(ctx)
	}
	if err := p.checkProduct(organization, dataProduct); err != nil {
		return platform.Project{}, err
	}
	if pr.organization != organization || pr.DataProduct != product(dataProduct) {
		found.ClientID = ""
	}
	return found, stopped(ctx)
}

// Clients yields the clients of the data product in the order of their ids.
func (p *Platform) Clients(ctx context.Context, organization, dataProduct string) iter.Seq2[platform.Client, error] {
	return func(yield func(platform.Client, error) bool) {
		clients, err := p.clients(organization, dataProduct)
		for _, c := range clients {
			if err = stopped(ctx); err != nil {
				break
			}
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(platform.Client{}, err)
		}
	}
}

// Segments returns the segments that the data product's projects and clients
// name.
func (p *Platform) Segments(ctx context.Context, organization, dataProduct string) ([]string, error) {
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.checkProduct(organization, dataProduct); err != nil {
		return nil, err
	}
	var segments []string
	for _, pr := range p.projects {
		if pr.organization == organization && pr.DataProduct == product(dataProduct) {
			segments = append(segments, pr.Segment)
		}
	}
	for _, c := range p.idle(organization, dataProduct) {
		segments = append(segments, c.Segment)
	}
	return brick.Set(segments), nil
}

// clients collects the clients of a data product, in the order of their ids.
func (p *Platform) clients(organization, dataProduct string) ([]platform.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.checkProduct(organization, dataProduct); err != nil {
		return nil, err
	}
	var clients []platform.Client
	for _, pr := range p.projects {
		if pr.ClientID != "" && pr.organization == organization && pr.DataProduct == product(dataProduct) {
			clients = append(clients, platform.Client{ID: pr.ClientID, Segment: pr.Segment, Project: pr.ID})
		}
	}
	for _, c := range p.idle(organization, dataProduct) {
		clients = append(clients, platform.Client{ID: c.ID, Segment: c.Segment})
	}
	slices.SortFunc(clients, func(a, b platform.Client) int { return cmp.Compare(a.ID, b.ID) })
	return clients, nil
}

// idle returns the clients of a data product that have no project.
func (p *Platform) idle(organization, dataProduct string) []Client {
	var idle []Client
	for _, c := range p.Idle {
		if c.Organization == organization && product(c.DataProduct) == product(dataProduct) {
			idle = append(idle, c)
		}
	}
	return idle
}

// checkProduct returns NotFound for an unknown organization and BadInput for
// a data product that none of its projects and clients has.
func (p *Platform) checkProduct(organization, dataProduct string) error {
	if _, ok := p.organizations[organization]; !ok {
		return &brick.Error{Kind: brick.NotFound, Scope: brick.Organization(organization)}
	}
	name := product(dataProduct)
	if name == DefaultDataProduct || len(p.idle(organization, name)) > 0 {
		return nil
	}
	for _, pr := range p.projects {
		if pr.organization == organization && pr.DataProduct == name {
			return nil
		}
	}
	return brick.Errorf(brick.BadInput, "organization %s has no data product %q", organization, name)
}

// product returns the name of a data product, the default one for none.
func product(name string) string { return cmp.Or(name, DefaultDataProduct) }
