package gooddatatest

import (
	"net/url"
	"slices"
	"strconv"
)

// shelf is a data product in the path: its own resources, or those without
// one, which are of the default and link to each other.
type shelf struct {
	*organization
	*product
	base string // URI of the data product, or of the organization
}

func (s *Server) shelf(c *call) (shelf, *answer) {
	o, refused := s.domain(c)
	if refused != nil {
		return shelf{}, refused
	}
	at := shelf{organization: o, base: o.uri()}
	id := c.r.PathValue("product")
	if at.product = o.findProduct(orDefault(id)); at.product == nil {
		return shelf{}, refuse(c.notFound())
	}
	if id != "" {
		at.base += "/dataproducts/" + url.PathEscape(id)
	}
	return at, nil
}

func (o out) product(org *organization, p *product) out {
	uri := org.uri() + "/dataproducts/" + url.PathEscape(p.id)
	return o.raw(`{"dataProduct":{"id":`).text(p.id).raw(`,"links":{"self":`).text(uri).raw(`,"domain":`).uri(org.uri()).
		raw(`,"segments":`).text(uri, "/segments").raw(`,"clients":`).text(uri, "/clients").raw(`}}}`)
}

func (s *Server) listProducts(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	org, refused := s.domain(c)
	if refused != nil {
		return *refused
	}
	o := out(nil).raw(`{"dataProducts":{"items":[`)
	for i, p := range org.products {
		o = o.comma(i).product(org, p)
	}
	return ok(o.raw(`]}}`))
}

func (s *Server) getProduct(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, refused := s.shelf(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).product(at.organization, at.product))
}

func (o out) segment(at shelf, one *Segment) out {
	o = o.raw(`{"segment":{"id":`).text(one.ID).raw(`,"masterProject":`)
	if one.MasterProject != "" {
		o = o.uri(projectPath, url.PathEscape(one.MasterProject))
	} else {
		o = o.raw("null")
	}
	return o.raw(`,"links":{"self":`).text(at.base, "/segments/", url.PathEscape(one.ID)).raw(`,"domain":`).uri(at.organization.uri()).
		raw(`,"dataProduct":`).uri(at.organization.uri(), "/dataproducts/", url.PathEscape(at.product.id)).
		raw(`,"clients":`).text(at.base, "/clients?segment=", url.QueryEscape(one.ID), "&limit=1000").raw(`}}}`)
}

func (s *Server) listSegments(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, refused := s.shelf(c)
	if refused != nil {
		return *refused
	}
	o := out(nil).raw(`{"segments":{"items":[`)
	for i, one := range at.segments {
		o = o.comma(i).segment(at, one)
	}
	return ok(o.raw(`]}}`))
}

func (s *Server) getSegment(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, refused := s.shelf(c)
	if refused != nil {
		return *refused
	}
	i := slices.IndexFunc(at.segments, func(one *Segment) bool { return one.ID == c.r.PathValue("segment") })
	if i < 0 {
		return c.notFound()
	}
	return ok(out(nil).segment(at, at.segments[i]))
}

func (o out) client(at shelf, one *client) out {
	o = o.raw(`{"client":{"id":`).text(one.id).raw(`,"segment":`)
	if one.segment != "" {
		o = o.text(at.base, "/segments/", url.PathEscape(one.segment))
	} else {
		o = o.raw("null")
	}
	o = o.raw(`,"project":`)
	if one.project != nil {
		o = o.text(one.project.uri())
	} else {
		o = o.raw("null")
	}
	return o.raw(`,"links":{"self":`).text(at.base, "/clients/", url.PathEscape(one.id)).raw(`}}}`)
}

func (s *Server) listClients(c *call) answer {
	offset, limit, proper := c.slice(atMost(c.faults.Pages.Clients), atMost(c.faults.Pages.Clients))
	if !proper {
		return c.malformed(c.r.URL.RawQuery, "paging")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, refused := s.shelf(c)
	if refused != nil {
		return *refused
	}
	segment := c.r.URL.Query().Get("segment")
	o, next, skipped, count := out(nil).raw(`{"clients":{"items":[`), "", 0, 0
	for _, one := range at.clients {
		switch {
		case one.product != at.product.id || segment != "" && one.segment != segment:
		case skipped < offset:
			skipped++
		case count == limit:
			next = c.page("offset", strconv.Itoa(offset+limit), limit)
		default:
			o = o.comma(count).client(at, one)
			count++
		}
	}
	return ok(o.raw(`],"paging":{"next":`).nullable(text{next, next != ""}).raw(`}}}`))
}

func (s *Server) getClient(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, refused := s.shelf(c)
	if refused != nil {
		return *refused
	}
	for _, one := range at.clients {
		if one.product == at.product.id && one.id == c.r.PathValue("client") {
			return ok(out(nil).client(at, one))
		}
	}
	return c.notFound()
}
