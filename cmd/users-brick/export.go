package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

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
// says who may use a project. Files that are there already stay, and are an
// error.
func (p *program) export(ctx context.Context, d *directory.Directory, o exportOptions) error {
	if o.out == "" {
		return &brick.Error{Kind: brick.BadInput, Err: errors.New("--format csv needs a directory"), Hint: "name it with --out"}
	}
	projects, err := chosen(ctx, d, o.project)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	e := exporter{directory: d, options: o}
	file := filepath.Join(o.out, "users.csv")
	if err := writeNew(file, func(f *os.File) error { return e.write(ctx, f, projects) }); err != nil {
		return err
	}
	if err := writeNew(filepath.Join(o.out, paramsFile), func(f *os.File) error { return e.writeParams(f, file) }); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	fmt.Fprintf(p.stdout, "wrote %d rows to %s, and %s; `users-brick plan` of it has nothing to do\n", e.rows, file, filepath.Join(o.out, paramsFile))
	if e.left > 0 {
		fmt.Fprintf(p.stdout, "left %s empty whose value no file could give back as it is; an empty cell changes nothing\n", brick.Number(e.left, "cell"))
	}
	return nil
}

// writeNew writes a file that is not there yet. After an error it is not
// there either, unless it was before.
func writeNew(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &brick.Error{Kind: brick.BadInput, Op: "write " + path, Err: errors.New("it is there already"), Hint: "name an empty directory with --out"}
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// exported is a project to write, with the organization that has its accounts.
type exported struct{ organization, project string }

// chosen returns the one project that is asked for, or all.
func chosen(ctx context.Context, d *directory.Directory, only string) ([]exported, error) {
	all, err := d.Overview(ctx)
	if err != nil {
		return nil, err
	}
	var projects []exported
	for _, o := range all.Organizations {
		for _, j := range o.Projects {
			if only == "" || only == j.ID {
				projects = append(projects, exported{o.Name, j.ID})
			}
		}
	}
	if len(projects) == 0 && only != "" {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "export", Scope: brick.Project(only), Err: errors.New("there is no such project"), Hint: "`users-brick directory ls` lists them"}
	}
	return projects, nil
}

// exporter writes members as rows, and with one project their accounts too.
type exporter struct {
	directory    *directory.Directory
	options      exportOptions
	csv          *csv.Writer
	organization string // of the one project
	rows         int64
	left         int64 // cells left empty
}

func (e *exporter) write(ctx context.Context, f *os.File, projects []exported) error {
	e.csv = csv.NewWriter(f)
	if err := e.csv.Write(e.header()); err != nil {
		return err
	}
	for _, j := range projects {
		e.organization = j.organization
		if err := e.members(ctx, j); err != nil {
			return err
		}
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

func (e *exporter) members(ctx context.Context, j exported) error {
	next, stop := iter.Pull2(e.directory.List(ctx, brick.Organization(j.organization)))
	defer stop()
	accounts := accountCursor{next: next}
	for m, err := range e.directory.List(ctx, brick.Project(j.project)) {
		if err != nil {
			return err
		}
		if m.Status != brick.Enabled {
			continue
		}
		row, err := memberCells(j.project, &m)
		if err != nil {
			return &brick.Error{Kind: brick.BadInput, Op: "export", Scope: brick.Project(j.project), Login: m.Login, Err: err,
				Hint: "rename it in a `directory dump`, and `directory load` that"}
		}
		if e.options.project != "" {
			profile, err := accounts.of(m.Login)
			if err != nil {
				return err
			}
			row = append(row, e.accountCells(profile)...)
		}
		e.rows++
		if err := e.csv.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// accountCursor walks accounts in login order, as the directory lists them.
type accountCursor struct {
	next    func() (brick.Member, error, bool)
	account brick.Member // read last
}

// of returns the profile of a login. Logins are asked for in order.
func (c *accountCursor) of(login brick.Login) (brick.Profile, error) {
	for c.account.Login < login {
		account, err, ok := c.next()
		if err != nil || !ok {
			return brick.Profile{}, err
		}
		c.account = account
	}
	if c.account.Login != login {
		return brick.Profile{}, nil
	}
	return c.account.Profile, nil
}

func memberCells(project string, m *brick.Member) ([]string, error) {
	for _, name := range slices.Concat([]string{project}, m.Roles, m.Groups) {
		if !readsBack(name) || name != project && strings.Contains(name, ",") {
			return nil, fmt.Errorf("the name %q cannot stand in a cell", name)
		}
	}
	return []string{project, string(m.Login), strings.Join(m.Roles, ","), strings.Join(m.Groups, ",")}, nil
}

// accountCells returns the attributes of an account. A value that would be
// read otherwise, or not at all, leaves its cell empty: the plan then leaves
// the attribute alone.
func (e *exporter) accountCells(profile brick.Profile) []string {
	for f, text := range profile {
		if text != "" && !(readsBack(text) && isOrdinary(brick.Field(f), text)) {
			profile[f] = ""
			e.left++
		}
	}
	return profile[:]
}

// readsBack reports whether a text is read from a cell as it was written.
func readsBack(text string) bool {
	trimmed := strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	return trimmed == text && !strings.ContainsAny(text, "\r\x00")
}

// isOrdinary reports whether a file may give the attribute this value.
func isOrdinary(f brick.Field, text string) bool {
	switch f {
	case brick.Email:
		_, err := brick.ParseLogin(text)
		return err == nil
	case brick.Language:
		code, known := brick.FindLanguage(text)
		return known && code == text
	case brick.IPWhitelist:
		return !slices.ContainsFunc(strings.Split(text, ","), func(address string) bool {
			_, errAddr := netip.ParseAddr(address)
			_, errPrefix := netip.ParsePrefix(address)
			return errAddr != nil && errPrefix != nil
		})
	}
	return true
}

// writeParams writes the params under which the exported file plans nothing.
func (e *exporter) writeParams(f *os.File, file string) error {
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
	_, err = f.Write(append(text, '\n'))
	return err
}
