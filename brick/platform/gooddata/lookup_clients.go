package gooddata

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// productsPath is the resource of an organization's data products.
func productsPath(organization string) string {
	return "/gdc/domains/" + segment(organization) + "/dataproducts"
}

// clientsPage is a page of the clients of a data product.
type clientsPage struct {
	Clients *struct {
		Items []struct {
			Client struct {
				ID      text `json:"id"`
				Segment text `json:"segment"`
				Project text `json:"project"`
			} `json:"client"`
		} `json:"items"`
		Paging paging `json:"paging"`
	} `json:"clients"`
}

// segmentsPage is a page of the segments of a data product.
type segmentsPage struct {
	Segments *struct {
		Items []struct {
			Segment struct {
				ID text `json:"id"`
			} `json:"segment"`
		} `json:"items"`
		Paging paging `json:"paging"`
	} `json:"segments"`
}

// paging names the next page, when there is one.
type paging struct {
	Next text `json:"next"`
}

// Clients yields the clients of a data product of the organization, each
// once. An unknown organization is an error of kind NotFound, an unknown data
// product one of kind BadInput; nothing is ever created.
func (d *Driver) Clients(ctx context.Context, organization, dataProduct string) iter.Seq2[platform.Client, error] {
	return func(yield func(platform.Client, error) bool) {
		seen := map[string]bool{}
		path := productsPath(organization) + "/" + segment(dataProduct) + "/clients?limit=1000"
		for page, err := range follow(ctx, d, path, clientsNext) {
			if err != nil {
				yield(platform.Client{}, d.ofProduct(ctx, organization, dataProduct, err))
				return
			}
			for _, item := range page.Clients.Items {
				c := platform.Client{ID: string(item.Client.ID), Segment: lastPart(string(item.Client.Segment)), Project: lastPart(string(item.Client.Project))}
				if seen[c.ID] {
					continue
				}
				seen[c.ID] = true
				if !yield(c, nil) {
					return
				}
			}
		}
		if len(seen) > 0 {
			return
		}
		if err := d.demandProduct(ctx, organization, dataProduct); err != nil {
			yield(platform.Client{}, err)
		}
	}
}

// Segments returns the names of the data product's segments.
func (d *Driver) Segments(ctx context.Context, organization, dataProduct string) ([]string, error) {
	var ids []string
	for page, err := range follow(ctx, d, productsPath(organization)+"/"+segment(dataProduct)+"/segments", segmentsNext) {
		if err != nil {
			return nil, d.ofProduct(ctx, organization, dataProduct, err)
		}
		for _, item := range page.Segments.Items {
			ids = append(ids, string(item.Segment.ID))
		}
	}
	if ids == nil {
		return nil, d.demandProduct(ctx, organization, dataProduct)
	}
	return brick.Set(ids), nil
}

func clientsNext(p *clientsPage) (string, bool) {
	if p.Clients == nil {
		return "", false
	}
	return string(p.Clients.Paging.Next), true
}

func segmentsNext(p *segmentsPage) (string, bool) {
	if p.Segments == nil {
		return "", false
	}
	return string(p.Segments.Paging.Next), true
}

// follow yields the pages of a list from link to link. A link that was
// followed before is an error, and so is a page without the list.
func follow[T any](ctx context.Context, d *Driver, path string, next func(*T) (string, bool)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		seen := map[string]bool{}
		for path != "" {
			seen[path] = true
			page, a, err := get[T](ctx, d, path)
			if err != nil {
				yield(nil, err)
				return
			}
			link, ok := next(&page)
			if !ok {
				yield(nil, garbled(a, errors.New("it holds no list")))
				return
			}
			if path, err = d.onward(link, seen); err != nil {
				yield(nil, err)
				return
			}
			if !yield(&page, nil) {
				return
			}
		}
	}
}

// onward returns where the link to the next page leads, empty when there is
// none.
func (d *Driver) onward(link string, seen map[string]bool) (string, error) {
	if link == "" {
		return "", nil
	}
	path, err := d.local(link)
	if err != nil {
		return "", err
	}
	if seen[path] {
		return "", brick.Errorf(brick.Failed, "the pages of a list lead in a circle, back to %s", oneLine(path, longestName))
	}
	return path, nil
}

// demandProduct returns an error unless there is such a data product: the
// list of what it holds was empty.
func (d *Driver) demandProduct(ctx context.Context, organization, dataProduct string) error {
	_, err := d.do(ctx, call{method: http.MethodGet, path: productsPath(organization) + "/" + segment(dataProduct)})
	return d.ofProduct(ctx, organization, dataProduct, err)
}

// ofProduct says what the refusal of a resource of a data product means. What
// is not found may be the organization or the data product: the list of the
// organization's data products tells.
func (d *Driver) ofProduct(ctx context.Context, organization, dataProduct string, err error) error {
	p, refused := errors.AsType[*problem](err)
	if !refused || p.status != http.StatusNotFound && p.status != http.StatusBadRequest {
		return ofOrganization(err)
	}
	known, listErr := d.products(ctx, organization)
	if listErr != nil {
		return ofOrganization(listErr)
	}
	if slices.Contains(known, dataProduct) {
		return err
	}
	unknown := brick.Errorf(brick.BadInput, "the organization has no data product %q", dataProduct)
	if e, ok := errors.AsType[*brick.Error](err); ok {
		unknown.RequestID = e.RequestID
	}
	unknown.Hint = "known data products: " + strings.Join(known, ", ")
	if len(known) == 0 {
		unknown.Hint = "it has none at all"
	}
	return unknown
}

// products returns the ids of an organization's data products.
func (d *Driver) products(ctx context.Context, organization string) ([]string, error) {
	type document struct {
		Products struct {
			Items []struct {
				Product struct {
					ID text `json:"id"`
				} `json:"dataProduct"`
			} `json:"items"`
		} `json:"dataProducts"`
	}
	doc, _, err := get[document](ctx, d, productsPath(organization))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, item := range doc.Products.Items {
		ids = append(ids, string(item.Product.ID))
	}
	return brick.Set(ids), nil
}
