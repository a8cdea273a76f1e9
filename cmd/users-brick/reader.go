package main

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/params"
)

// open opens the file that the params name. What cannot be read is refused
// before that.
func (s *settings) open(ctx context.Context, p *program, emit brick.Emit) (*inputs.Stream, error) {
	o := readerOptions(s.params, &s.mode, nil)
	if err := o.Check(); err != nil {
		return nil, err
	}
	return s.input.open(&s.params.Input, outside{env: &s.env, stdin: p.stdin, emit: emit}).Open(ctx)
}

// checked yields the rows of a file and then holds the file to the checksum
// that the params name. A file that is not the one they mean is an error of
// kind BadInput.
func checked(rows iter.Seq2[brick.Row, error], in *params.Input, stream *inputs.Stream) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		for row, err := range rows {
			if !yield(row, err) || err != nil {
				return
			}
		}
		if want := strings.ToLower(in.SHA256); want != "" && stream.Digest() != "sha256:"+want {
			yield(brick.Row{}, unexpected(stream, errors.New("the file does not have the checksum of the params (sha256)")))
		}
	}
}

func unexpected(stream *inputs.Stream, err error) error {
	return &brick.Error{Kind: brick.BadInput, Op: "read " + stream.Name, Err: err}
}

// readerOptions says how the rows of a file are to be read.
func readerOptions(p *params.Params, mode *brick.Mode, warn func(brick.Finding)) inputs.Options {
	return inputs.Options{
		Columns:   columns(p, mode),
		Delimiter: delimiter(p.Input.Delimiter), Quote: mark(p.Input.Quote),
		Encoding: p.Input.Encoding, Compression: p.Input.Compression, MaxBytes: p.Input.MaxBytes,
		NeedProject: mode.ByProject(), NeedRows: !p.AllowEmpty,
		AuthenticationModes: p.AuthenticationModes, SSOProvider: p.SSOProvider, Warn: warn,
	}
}

func delimiter(text string) rune {
	if text == "auto" {
		return inputs.AutoDelimiter
	}
	return mark(text)
}

// mark returns the character of a text, 0 when it is empty.
func mark(text string) rune {
	if text == "" {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// columns names the columns that the params name, which the file must have,
// and leaves the others to their usual names.
func columns(p *params.Params, mode *brick.Mode) inputs.Columns {
	c := &p.Columns
	named := func(param, name string) string {
		if !p.NamesColumn(param + "_column") {
			return ""
		}
		return name
	}
	return inputs.Columns{
		Login: named("login", c.Login), FirstName: named("first_name", c.FirstName),
		LastName: named("last_name", c.LastName), Password: named("password", c.Password),
		Email: named("email", c.Email), Role: named("role", c.Role),
		SSOProvider:         named("sso_provider", c.SSOProvider),
		AuthenticationModes: named("authentication_modes", c.AuthenticationModes),
		UserGroups:          named("user_groups", c.UserGroups), Language: named("language", c.Language),
		Company: named("company", c.Company), Position: named("position", c.Position),
		Country: named("country", c.Country), Phone: named("phone", c.Phone),
		IPWhitelist: named("ip_whitelist", c.IPWhitelist),
		Project:     p.MultipleProjectsColumn, ProjectDefault: mode.ProjectColumn(),
	}
}

// hasColumn reports whether a folded name is among the columns of a file.
func hasColumn(header []string, name string) bool {
	return slices.ContainsFunc(header, func(cell string) bool { return brick.Fold(cell) == name })
}

// watched shows every row to a function on its way.
func watched(rows iter.Seq2[brick.Row, error], watch func(*brick.Row)) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		for row, err := range rows {
			if err == nil {
				watch(&row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
