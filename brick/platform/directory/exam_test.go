package directory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/platformtest"
)

func TestExam(t *testing.T) {
	platformtest.Run(t, openState, platformtest.Options{Page: 1000})
}

// openState opens a directory that holds a state of the exam.
func openState(t *testing.T, state platformtest.State) platform.Driver {
	text, err := json.Marshal(map[string]any{"organizations": []any{organizationOf(state)}})
	if err != nil {
		t.Fatal(err)
	}
	return openAt(t, create(t, string(text)), directory.Options{})
}

func organizationOf(state platformtest.State) map[string]any {
	users := []map[string]any{}
	for _, a := range state.Accounts {
		user := map[string]any{"login": a.Login}
		for f := range brick.Fields() {
			switch {
			case a.Profile[f] == "":
			case f.IsList():
				user[f.String()] = a.Profile.List(f)
			default:
				user[f.String()] = a.Profile[f]
			}
		}
		users = append(users, user)
	}
	projects := []map[string]any{}
	for _, p := range state.Projects {
		projects = append(projects, projectOf(p))
	}
	return map[string]any{"name": state.Organization, "users": users, "projects": projects}
}

func projectOf(p platformtest.Project) map[string]any {
	members := []map[string]any{}
	for _, m := range p.Members {
		members = append(members, map[string]any{
			"login": m.Login, "status": m.Status, "roles": append([]string{}, m.Roles...), "groups": append([]string{}, m.Groups...),
		})
	}
	return map[string]any{
		"id": p.ID, "title": p.Title, "custom_id": p.CustomID, "client_id": p.ClientID, "data_product": p.DataProduct, "segment": p.Segment,
		"roles": append([]string{}, p.Roles...), "groups": append([]string{}, p.Groups...), "members": members,
	}
}

// create makes a directory from a document and returns its path.
func create(t testing.TB, document string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.db")
	if err := directory.Create(context.Background(), path, "users.json", bytes.NewReader([]byte(document))); err != nil {
		t.Fatal(err)
	}
	return path
}

// openAt opens the directory at path; the test closes it.
func openAt(t testing.TB, path string, o directory.Options) *directory.Directory {
	t.Helper()
	o.Path, o.Now = path, noon
	d, err := directory.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }
