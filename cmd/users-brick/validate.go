package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/inputs"
)

func (p *program) validateCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "validate [PARAMS]",
		Short: "Check the params and the file, without a platform",
		Long:  "Lists everything that is wrong with the params and with the rows of the file, with line and\ncolumn. It exits 2 when anything is.",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			v := validation{Findings: brick.Findings{}}
			v.check(cmd.Context(), p, args)
			return v.print(p, format)
		},
	}
	formatFlag(cmd, &format, "text", "json")
	return cmd
}

// validation is what validate finds, and the document that it prints.
type validation struct {
	Valid    bool           `json:"valid"`
	Findings brick.Findings `json:"findings"`
	File     *profile       `json:"file,omitzero"`
}

// check gathers everything that is wrong with the params, and if they can be
// used everything that is wrong with the file.
func (v *validation) check(ctx context.Context, p *program, args []string) {
	s, err := p.load(ctx, args)
	if err != nil {
		v.blame(err)
		return
	}
	v.Findings = append(v.Findings, s.warnings...)
	stream, err := s.open(ctx, p, nil)
	if err != nil {
		v.blame(err)
		return
	}
	defer stream.Close()
	v.read(ctx, s, stream)
	v.shrunk(p, s)
}

// read gathers everything that is wrong with the file, and what it is made of.
func (v *validation) read(ctx context.Context, s *settings, stream *inputs.Stream) {
	options := readerOptions(s.params, &s.mode, func(f brick.Finding) { v.Findings = append(v.Findings, f) })
	options.Profile = true
	reader := inputs.NewReader(stream, stream.Name, options)
	broken := false
	for row, err := range checked(reader.Rows(ctx), &s.params.Input, stream) {
		if err != nil {
			v.blame(err)
			broken = true
			break
		}
		v.row(stream.Name, reader.Files(), &row)
	}
	stats := reader.Stats()
	if len(stats.Matched) == 0 {
		return // without a header that can be read there is nothing to tell, and maybe a password to keep
	}
	v.File = &profile{Name: stream.Name, Profile: reader.Profile(), matched: stats.Matched, unused: stats.Unused}
	if !broken {
		v.File.Digest = stream.Digest()
	}
	if v.File.Rows == 0 && !broken && !s.params.AllowEmpty {
		v.Findings = append(v.Findings, brick.Finding{Source: stream.Name, Text: "the file has no rows", Hint: "when it is meant, set allow_empty to true"})
	}
}

func (v *validation) row(input string, files brick.Files, row *brick.Row) {
	if row.Bad != nil {
		name, line := files.At(row.Line)
		v.Findings = append(v.Findings, brick.Finding{
			Source: or(name, input), Line: line, Column: row.Bad.Column, Text: row.Bad.Reason, Hint: row.Bad.Hint,
		})
	}
}

// blame turns an error into findings: those it is made of, when it is.
func (v *validation) blame(err error) {
	if found, ok := errors.AsType[*brick.FindingsError](err); ok {
		v.Findings = append(v.Findings, found.Findings...)
		return
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			v.blame(one)
		}
		return
	}
	f := brick.Finding{Text: err.Error()}
	if e, ok := errors.AsType[*brick.Error](err); ok {
		f = brick.Finding{Source: e.Op, Line: e.Line, Column: e.Column, Text: e.Kind.String(), Hint: e.Hint}
		if e.Err != nil {
			f.Text = e.Err.Error()
		}
	}
	v.Findings = append(v.Findings, f)
}

func (v *validation) print(p *program, format string) error {
	v.Valid = !slices.ContainsFunc(v.Findings, func(f brick.Finding) bool { return !f.Warning })
	if format == "json" {
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s\n", text)
	} else {
		v.printText(p)
	}
	if !v.Valid {
		return exit(brick.ExitBadInput)
	}
	return nil
}

func (v *validation) printText(p *program) {
	wrong := 0
	for _, f := range v.Findings {
		fmt.Fprintln(p.stdout, f)
		if !f.Warning {
			wrong++
		}
	}
	if v.File != nil {
		v.File.print(p.stdout)
	}
	if v.Valid {
		fmt.Fprintln(p.stdout, "valid")
		return
	}
	fmt.Fprintf(p.stdout, "not valid: %s\n", brick.Number(int64(wrong), "finding"))
}
