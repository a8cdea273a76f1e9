package gooddata

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// customIDKey is the entry of a project's metadata that holds the id by which
// the customer knows it.
const customIDKey = "GOODOT_CUSTOM_PROJECT_ID"

// Project returns the title of a project, its id in the metadata, and the
// client of the organization's data product whose project it is. A project
// that is marked deleted is Gone.
func (d *Driver) Project(ctx context.Context, organization, dataProduct, id string) (platform.Project, error) {
	p, err := d.project(ctx, id)
	if err != nil {
		return platform.Project{}, err
	}
	if p.CustomID, err = d.customID(ctx, id); err != nil {
		return platform.Project{}, err
	}
	if organization == "" {
		return p, nil
	}
	for c, err := range d.Clients(ctx, organization, dataProduct) {
		if err != nil {
			return platform.Project{}, err
		}
		if c.Project == id {
			p.ClientID = c.ID
			break
		}
	}
	return p, nil
}

func (d *Driver) project(ctx context.Context, id string) (platform.Project, error) {
	type document struct {
		Project *struct {
			Content struct {
				State text `json:"state"`
			} `json:"content"`
			Meta struct {
				Title text `json:"title"`
			} `json:"meta"`
		} `json:"project"`
	}
	doc, a, err := get[document](ctx, d, "/gdc/projects/"+segment(id))
	switch {
	case err != nil:
		return platform.Project{}, ofProject(err)
	case doc.Project == nil:
		return platform.Project{}, garbled(a, errors.New("it holds no project"))
	case strings.EqualFold(string(doc.Project.Content.State), "DELETED"):
		return platform.Project{}, &brick.Error{Kind: brick.Gone, RequestID: requestID(a, ""), Err: errors.New("the project has been deleted")}
	}
	return platform.Project{ID: id, Title: string(doc.Project.Meta.Title)}, nil
}

// ofProject says what the refusal of a project means.
func ofProject(err error) error {
	e, ok := errors.AsType[*brick.Error](err)
	p, refused := errors.AsType[*problem](err)
	if !ok || !refused {
		return err
	}
	full := *e
	switch p.status {
	case http.StatusBadRequest: // no id that a project can have
		full.Kind = brick.NotFound
	case http.StatusForbidden:
		full.Hint = "the account of the run must be an administrator of the project"
	}
	return &full
}

// customID returns the id by which the customer knows a project, empty when
// there is none.
func (d *Driver) customID(ctx context.Context, id string) (string, error) {
	type document struct {
		Item *struct {
			Value text `json:"value"`
		} `json:"metadataItem"`
	}
	doc, a, err := get[document](ctx, d, "/gdc/projects/"+segment(id)+"/dataload/metadata/"+customIDKey)
	switch {
	case err != nil && brick.KindOf(err) == brick.NotFound:
		return "", nil
	case err != nil:
		return "", err
	case doc.Item == nil:
		return "", garbled(a, errors.New("it holds no metadata"))
	}
	return strings.TrimSpace(string(doc.Item.Value)), nil
}

// self finds out once under which account the driver works.
type self struct {
	mu    sync.Mutex
	login brick.Login
}

// Self returns the login under which the driver works.
func (d *Driver) Self(ctx context.Context) (brick.Login, error) {
	d.self.mu.Lock()
	defer d.self.mu.Unlock()
	if d.self.login != "" {
		return d.self.login, nil
	}
	name := d.options.Username
	if !d.options.hasPassword() {
		var err error
		if name, err = d.whoAmI(ctx); err != nil {
			return "", err
		}
	}
	login, err := brick.ParseLogin(name)
	if err != nil { // odd, but it must be spared all the same
		login = brick.Login(brick.Fold(name))
	}
	d.self.login = login
	return login, nil
}

// whoAmI asks whose session it is.
func (d *Driver) whoAmI(ctx context.Context) (string, error) {
	a, err := d.do(ctx, call{method: http.MethodGet, path: "/gdc/account/profile/current", moved: true})
	if err != nil {
		return "", err
	}
	if a.status >= 300 {
		path, err := d.local(a.header.Get("Location"))
		if err != nil {
			return "", err
		}
		if a, err = d.do(ctx, call{method: http.MethodGet, path: path}); err != nil {
			return "", err
		}
	}
	var doc struct {
		Account struct {
			Login string `json:"login"`
		} `json:"accountSetting"`
	}
	if err := json.Unmarshal(a.body, &doc); err != nil {
		return "", garbled(a, err)
	}
	if strings.TrimSpace(doc.Account.Login) == "" {
		return "", garbled(a, errors.New("it holds no login"))
	}
	return doc.Account.Login, nil
}
