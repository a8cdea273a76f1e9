package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/params"
)

// open opens the file that the params name.
func (s *settings) open(ctx context.Context, p *program) (*inputs.Stream, error) {
	if err := readable(&s.params.Input); err != nil {
		return nil, err
	}
	return s.input.open(&s.params.Input, p.stdin).Open(ctx)
}

// readable refuses what this version cannot read, before it is read wrongly.
func readable(in *params.Input) error {
	var what string
	switch {
	case in.Delimiter == "auto":
		what = "delimiter auto"
	case in.Quote != "" && in.Quote != `"`:
		what = "quote " + in.Quote
	case in.Encoding != "" && !strings.EqualFold(strings.ReplaceAll(in.Encoding, "-", ""), "utf8"):
		what = "encoding " + in.Encoding
	case in.Compression == "gzip" || in.Compression == "zstd":
		what = "compression " + in.Compression
	default:
		return nil
	}
	return &brick.Error{
		Kind: brick.BadInput, Err: fmt.Errorf("input_source: this version cannot read a file with %s", what),
		Hint: "give it plain UTF-8 with double quotes, and name the delimiter",
	}
}

// checked yields the rows of a file and then holds the file to what the
// params say of it. A file that is not the one they mean is an error of kind
// BadInput.
func checked(rows iter.Seq2[brick.Row, error], in *params.Input, stream *inputs.Stream) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		for row, err := range rows {
			if err == nil && in.MaxBytes > 0 && stream.Bytes() > in.MaxBytes {
				err = unexpected(stream, fmt.Errorf("the file is larger than %d bytes (max_bytes)", in.MaxBytes))
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
		switch want := strings.ToLower(in.SHA256); {
		case in.MaxBytes > 0 && stream.Bytes() > in.MaxBytes:
			yield(brick.Row{}, unexpected(stream, fmt.Errorf("the file is larger than %d bytes (max_bytes)", in.MaxBytes)))
		case want != "" && stream.Digest() != "sha256:"+want:
			yield(brick.Row{}, unexpected(stream, errors.New("the file does not have the checksum of the params (sha256)")))
		}
	}
}

func unexpected(stream *inputs.Stream, err error) error {
	return &brick.Error{Kind: brick.BadInput, Op: "read " + stream.Name, Err: err}
}

// readerOptions says how the rows of a file are to be read.
func readerOptions(p *params.Params, mode *brick.Mode, warn func(brick.Finding)) inputs.Options {
	delimiter, _ := utf8.DecodeRuneInString(p.Input.Delimiter)
	if p.Input.Delimiter == "" {
		delimiter = ','
	}
	return inputs.Options{
		Columns:   columns(p, mode),
		Delimiter: delimiter, NeedProject: mode.ByProject(),
		AuthenticationModes: p.AuthenticationModes, SSOProvider: p.SSOProvider, Warn: warn,
	}
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
