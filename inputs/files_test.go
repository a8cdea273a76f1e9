package inputs_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
)

// sheet is a file in testdata/files as some program writes it, and what is in
// it. Bad rows are given by their line alone.
type sheet struct {
	options  inputs.Options
	format   inputs.Format
	rows     []brick.Row
	bad      []int
	warnings []string
}

func profileOf(given map[brick.Field]string) (p brick.Profile) {
	for f, text := range given {
		p[f] = text
	}
	return p
}

func sheets() map[string]sheet {
	auto := inputs.Options{Delimiter: inputs.AutoDelimiter}
	return map[string]sheet{
		// Excel in a Czech Windows, "CSV (delimited)".
		"excel_czech.csv": {
			options: inputs.Options{Encoding: "CP1250", Columns: inputs.Columns{FirstName: "Jméno", LastName: "Příjmení", Company: "Firma; oddělení", Phone: "Telefon"}},
			format:  inputs.Format{Compression: "none", Encoding: "windows-1250", Delimiter: ";", Quote: `"`},
			rows: []brick.Row{
				{Line: 3, Login: "jiri.novak@acme.cz", Roles: []string{"editor"}, Profile: profileOf(map[brick.Field]string{
					brick.FirstName: "Jiří", brick.LastName: "Novák", brick.Company: "Acme; IT", brick.Phone: "+420 1,5"})},
				{Line: 4, Login: "zofie@acme.cz", Roles: []string{"admin", "editor"}, Profile: profileOf(map[brick.Field]string{
					brick.FirstName: "Žofie", brick.LastName: "Dvořáková", brick.Company: "řádek\n\"dva\""})},
			},
		},
		// Excel, "Unicode text".
		"excel_unicode_text.txt": {
			options: auto,
			format:  inputs.Format{Compression: "none", Encoding: "UTF-16LE", Delimiter: "\t", Quote: `"`},
			rows: []brick.Row{
				{Line: 2, Login: "anna@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Anna 😀", brick.Company: `Acme "A" Ltd`})},
				{Line: 3, Login: "wei@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "伟"})},
			},
		},
		// Excel, "CSV UTF-8": a mark before a name in quotes, and cells that were once used.
		"excel_utf8.csv": {
			options: auto,
			format:  inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: ";", Quote: `"`},
			rows: []brick.Row{
				{Line: 2, Login: "anna@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Anna"})},
				{Line: 3, Login: "wei@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Wei"})},
			},
		},
		"libreoffice.csv": {
			options: auto,
			format:  inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: ",", Quote: `"`},
			rows: []brick.Row{
				{Line: 2, Login: "anna@acme.com", Groups: []string{"Ops", "Sales"}, Profile: profileOf(map[brick.Field]string{brick.FirstName: "Anna"})},
				{Line: 3, Login: "wei@acme.com", Groups: []string{}, Profile: profileOf(map[brick.Field]string{brick.FirstName: `Wei "W" Li`})},
			},
		},
		// What has no value is \N, which means nothing here.
		"database.tsv": {
			options: auto,
			format:  inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: "\t", Quote: `"`},
			rows: []brick.Row{
				{Line: 2, Login: "anna@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Anna", brick.LastName: `\N`, brick.Phone: `\N`})},
				{Line: 3, Login: "wei@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Wei\tLi", brick.LastName: "Li", brick.Phone: "123"})},
			},
			warnings: []string{
				`database.tsv:2:20: warning: \N has no special meaning here and is taken as it stands; hint: export what has no value as an empty cell`,
				`database.tsv:2:23: warning: \N has no special meaning here and is taken as it stands; hint: export what has no value as an empty cell`,
			},
		},
		"database_apostrophes.csv": {
			options: inputs.Options{Delimiter: inputs.AutoDelimiter, Quote: '\''},
			format:  inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: "|", Quote: "'"},
			rows: []brick.Row{
				{Line: 2, Login: "anna@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: `Anna "Nan" O'Neil`, brick.Company: "A|B"})},
				{Line: 3, Login: "wei@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Wei"})},
			},
		},
		"by_hand.csv": {
			options: auto,
			format:  inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: ",", Quote: `"`},
			rows: []brick.Row{
				{Line: 4, Login: "anna@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Anna", brick.Company: "Acme, Ltd"})},
				{Line: 5, Login: "wei@acme.com", Profile: profileOf(map[brick.Field]string{brick.FirstName: "Wei"})},
			},
			bad: []int{7, 8}, // a comma is missing; a quote stands in a cell
		},
		// A job that appends to a gzip file every night.
		"nightly.csv.gz": {
			format: inputs.Format{Compression: "gzip", Encoding: "UTF-8", Delimiter: ",", Quote: `"`},
			rows:   []brick.Row{{Line: 2, Login: "anna@acme.com", Roles: []string{"admin"}}, {Line: 3, Login: "wei@acme.com", Roles: []string{"viewer"}}},
		},
	}
}

func TestFilesOfEveryKindAreReadAsTheyAreMeant(t *testing.T) {
	paths, err := filepath.Glob("testdata/files/*")
	if err != nil || len(paths) != len(sheets()) {
		t.Fatalf("%d files, but %d are described; error %v", len(paths), len(sheets()), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			want := sheets()[name]
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var warnings []string
			want.options.Warn = func(f brick.Finding) { warnings = append(warnings, f.String()) }
			r := inputs.NewReader(f, name, want.options)
			var rows []brick.Row
			var bad []int
			for row, err := range r.Rows(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if row.Bad != nil {
					bad = append(bad, row.Line)
					continue
				}
				rows = append(rows, row)
			}
			slices.Sort(warnings)
			same(t, "rows", rows, want.rows)
			same(t, "bad rows", bad, want.bad)
			same(t, "format", r.Stats().Format, want.format)
			same(t, "warnings", warnings, want.warnings)
		})
	}
}
