package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
	"users-brick/params"
)

// exportOptions say what dump --format csv writes.
type exportOptions struct {
	db      string
	out     string
	project string // empty for all
}

// export writes users.csv and a params.json that, run against the same
// directory, plans nothing. Members who are disabled are left out: the file
// says who may use a project.
func (p *program) export(ctx context.Context, d *directory.Directory, o exportOptions) error {
	if o.out == "" {
		return &brick.Error{Kind: brick.BadInput, Err: errors.New("--format csv needs a directory"), Hint: "name it with --out"}
	}
	all, err := d.Overview(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	file := filepath.Join(o.out, "users.csv")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	e := exporter{directory: d, options: o, csv: csv.NewWriter(f)}
	err = errors.Join(e.write(ctx, &all), f.Close())
	if err == nil {
		err = e.writeParams(file)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "wrote %d rows to %s, and %s; `users-brick plan` of it has nothing to do\n", e.rows, file, filepath.Join(o.out, paramsFile))
	return nil
}

// exporter writes members as rows.
type exporter struct {
	directory    *directory.Directory
	options      exportOptions
	csv          *csv.Writer
	organization string // of the one project
	rows         int64
}

func (e *exporter) write(ctx context.Context, all *directory.Overview) error {
	e.csv.Write(e.header())
	found := false
	for _, o := range all.Organizations {
		for _, project := range o.Projects {
			if e.options.project != "" && e.options.project != project.ID {
				continue
			}
			found, e.organization = true, o.Name
			if err := e.members(ctx, o.Name, project.ID); err != nil {
				return err
			}
		}
	}
	if !found && e.options.project != "" {
		return &brick.Error{Kind: brick.BadInput, Op: "export", Scope: brick.Project(e.options.project), Err: errors.New("there is no such project"), Hint: "`users-brick directory ls` lists them"}
	}
	e.csv.Flush()
	return e.csv.Error()
}

func (e *exporter) header() []string {
	header := []string{"project_id", "login", "role", "user_groups"}
	if e.options.project != "" {
		for f := range brick.Fields() {
			header = append(header, f.String())
		}
	}
	return header
}

func (e *exporter) members(ctx context.Context, organization, project string) error {
	profiles := map[brick.Login]brick.Profile{}
	if e.options.project != "" {
		for m, err := range e.directory.List(ctx, brick.Organization(organization)) {
			if err != nil {
				return err
			}
			profiles[m.Login] = m.Profile
		}
	}
	for m, err := range e.directory.List(ctx, brick.Project(project)) {
		if err != nil {
			return err
		}
		if m.Status != brick.Enabled {
			continue
		}
		if err := e.member(project, &m, profiles[m.Login]); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) member(project string, m *brick.Member, profile brick.Profile) error {
	roles, err := cellOf(m.Roles)
	if err != nil {
		return fmt.Errorf("export project %s: role of %s: %w", project, m.Login, err)
	}
	groups, err := cellOf(m.Groups)
	if err != nil {
		return fmt.Errorf("export project %s: group of %s: %w", project, m.Login, err)
	}
	row := []string{project, string(m.Login), roles, groups}
	if e.options.project != "" {
		row = append(row, profile[:]...)
	}
	e.rows++
	return e.csv.Write(row)
}

// cellOf joins names to one cell, which a name with a comma does not survive.
func cellOf(names []string) (string, error) {
	for _, n := range names {
		if strings.Contains(n, ",") || strings.TrimSpace(n) != n {
			return "", fmt.Errorf("the name %q cannot stand in a cell; rename it first", n)
		}
	}
	return strings.Join(names, ","), nil
}

// writeParams writes the params under which the exported file plans nothing.
func (e *exporter) writeParams(file string) error {
	document := map[string]any{
		"input_source": map[string]string{"type": "file", "path": file},
		"platform":     map[string]string{"type": params.DirectoryPlatform, "path": e.options.db},
		"sync_mode":    "sync_multiple_projects_based_on_pid",
	}
	if e.options.project != "" {
		document["sync_mode"] = "sync_domain_and_project"
		document["project"] = e.options.project
		document["organization"] = e.organization
	}
	if e.rows == 0 {
		document["allow_empty"] = true
	}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.options.out, paramsFile), append(text, '\n'), 0o600)
}
