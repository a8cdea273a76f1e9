package directory

import (
	"cmp"
	"context"
	"iter"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// DefaultDataProduct is the data product of projects that name none. Every
// organization has it.
const DefaultDataProduct = "default"

func orDefault(product string) string { return cmp.Or(product, DefaultDataProduct) }

// Clients yields the clients of the data product in the order of their ids: a
// client is a project with a client id.
func (d *Directory) Clients(ctx context.Context, organization, dataProduct string) iter.Seq2[platform.Client, error] {
	return func(yield func(platform.Client, error) bool) {
		_, err := d.product(ctx, organization, dataProduct)
		var after string
		for err == nil {
			var clients []platform.Client
			if clients, err = d.clientPage(ctx, organization, orDefault(dataProduct), after); err != nil {
				break
			}
			for _, c := range clients {
				if !yield(c, nil) {
					return
				}
			}
			if len(clients) < page {
				return
			}
			after = clients[page-1].ID
		}
		yield(platform.Client{}, fault("list clients of "+organization, err))
	}
}

// clientPage reads the clients that follow an id. The organization goes by its
// name: a document that is loaded between two pages gives out keys anew.
func (d *Directory) clientPage(ctx context.Context, organization, product, after string) ([]platform.Client, error) {
	d.lock.RLock()
	defer d.lock.RUnlock()
	rows, err := d.read.QueryContext(ctx, `SELECT client_id, segment, project FROM projects
		WHERE organization = (SELECT id FROM organizations WHERE name = ?) AND data_product = ? AND client_id > ?
		ORDER BY client_id LIMIT ?`, organization, product, after, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var clients []platform.Client
	for rows.Next() {
		var c platform.Client
		if err := rows.Scan(&c.ID, &c.Segment, &c.Project); err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	return clients, rows.Err()
}

// Segments returns the segments of the data product's projects, each once, in
// order.
func (d *Directory) Segments(ctx context.Context, organization, dataProduct string) ([]string, error) {
	place, err := d.product(ctx, organization, dataProduct)
	if err != nil {
		return nil, fault("list segments of "+organization, err)
	}
	segments, err := d.names(ctx, `SELECT DISTINCT segment FROM projects
		WHERE organization = ? AND data_product = ? AND segment <> '' ORDER BY segment`, place, orDefault(dataProduct))
	return segments, fault("list segments of "+organization, err)
}

// product returns the key of the organization, once it is sure that it has
// the data product.
func (d *Directory) product(ctx context.Context, organization, dataProduct string) (int64, error) {
	place, err := d.place(ctx, brick.Organization(organization))
	if err != nil || orDefault(dataProduct) == DefaultDataProduct {
		return place, err
	}
	var exists bool
	err = d.scan(ctx, `SELECT EXISTS (SELECT 1 FROM projects WHERE organization = ? AND data_product = ?)`,
		[]any{place, dataProduct}, &exists)
	if err == nil && !exists {
		return 0, brick.Errorf(brick.BadInput, "organization %s has no data product %q", organization, dataProduct)
	}
	return place, err
}
