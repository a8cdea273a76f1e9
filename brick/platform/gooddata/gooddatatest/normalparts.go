package gooddatatest

import "slices"

// normalRoles returns the roles without what they have of themselves.
func normalRoles(roles []Role) []Role {
	if roles == nil {
		return nil
	}
	normal := make([]Role, len(roles))
	for i, r := range roles {
		known := completed(Role{Identifier: r.Identifier})
		normal[i] = Role{Identifier: r.Identifier}
		if r.ID != known.ID {
			normal[i].ID = r.ID
		}
		if r.Title != known.Title {
			normal[i].Title = r.Title
		}
		if r.Summary != known.Summary {
			normal[i].Summary = r.Summary
		}
	}
	slices.SortFunc(normal, by(func(r Role) string { return r.Identifier }))
	return normal
}

// normalProducts returns the data products without what clients and projects
// say of them.
func normalProducts(o Organization) []DataProduct {
	named := map[[2]string]bool{{DefaultDataProduct, ""}: true}
	name := func(product, segment string) {
		named[[2]string{orDefault(product), ""}] = true
		named[[2]string{orDefault(product), segment}] = true
	}
	for _, p := range o.Projects {
		if p.ClientID != "" {
			name(p.DataProduct, p.Segment)
		}
	}
	for _, client := range o.Clients {
		name(client.DataProduct, client.Segment)
	}
	var products []DataProduct
	for _, p := range o.DataProducts {
		p.Segments = slices.DeleteFunc(slices.Clone(p.Segments), func(s Segment) bool {
			return s.MasterProject == "" && named[[2]string{p.ID, s.ID}]
		})
		slices.SortFunc(p.Segments, by(func(s Segment) string { return s.ID }))
		if len(p.Segments) == 0 {
			p.Segments = nil
		}
		if p.Segments != nil || !named[[2]string{p.ID, ""}] {
			products = append(products, p)
		}
	}
	slices.SortFunc(products, by(func(p DataProduct) string { return p.ID }))
	return products
}
