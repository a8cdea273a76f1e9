package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"users-brick/brick"
	"users-brick/inputs"
)

// profile says what a file is made of.
type profile struct {
	Name   string `json:"name"`
	Digest string `json:"sha256,omitzero"` // when it could be read to its end
	inputs.Profile

	matched, unused []string
}

// shownHere is how many people and projects the text of a profile names.
const shownHere = 5

// print tells the profile to a person.
func (f *profile) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s, %d bad, columns %s", f.Name, brick.Number(f.Rows, "row"), f.Bad, names(f.matched))
	if len(f.unused) > 0 {
		fmt.Fprintf(w, "; not used: %s", names(f.unused))
	}
	fmt.Fprint(w, "\n  ")
	f.printFormat(w)
	f.printColumns(w)
	f.printRepeated(w)
	f.printProjects(w)
}

// printFormat says how the bytes were understood: of files that a pattern
// names how those of each were.
func (f *profile) printFormat(w io.Writer) {
	if len(f.Files) == 0 {
		printFormat(w, &f.Format, f.Bytes, f.Plain)
		return
	}
	fmt.Fprintf(w, "%s:\n", brick.Number(int64(len(f.Files)), "file"))
	for i := range f.Files {
		one := &f.Files[i]
		fmt.Fprintf(w, "    %s: %s, %d bad, ", one.Name, brick.Number(one.Rows, "row"), one.Bad)
		printFormat(w, &one.Format, one.Bytes, one.Plain)
	}
}

func printFormat(w io.Writer, f *inputs.Format, read, plain int64) {
	fmt.Fprintf(w, "%s, cells separated by %q and quoted by %s", f.Encoding, f.Delimiter, f.Quote)
	if plain != read {
		fmt.Fprintf(w, ", compressed with %s to %d of %d bytes", f.Compression, read, plain)
	}
	fmt.Fprintln(w)
}

func (f *profile) printColumns(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  column\tempty\tlongest\tmeans")
	for _, c := range f.Columns {
		means := strings.Join(c.Means, ", ")
		if means == "" {
			means = "nothing"
		}
		if len(c.Meant) > 0 {
			means += "; did you mean " + strings.Join(c.Meant, " or ") + "?"
		}
		longest := strconv.Itoa(c.Longest)
		if c.LongestLine > 0 {
			longest += " (" + or(c.LongestPlace, fmt.Sprintf("line %d", c.LongestLine)) + ")"
		}
		fmt.Fprintf(table, "  %s\t%d\t%s\t%s\n", names([]string{c.Name}), c.Empty, longest, means)
	}
	table.Flush()
}

func (f *profile) printRepeated(w io.Writer) {
	if f.Repeated.People == 0 {
		return
	}
	fmt.Fprintf(w, "  in several rows: %d of the people\n", f.Repeated.People)
	for i, r := range f.Repeated.First {
		if i == shownHere {
			break
		}
		in := ""
		if r.Project != "" {
			in = " of " + r.Project
		}
		fmt.Fprintf(w, "    %s: %s%s\n", r.Login, linesOf(&r), in)
	}
}

// linesOf returns where the rows of somebody stand.
func linesOf(r *inputs.Repeat) string {
	if len(r.Places) > 0 {
		return strings.Join(r.Places, ", ")
	}
	return "lines " + strings.ReplaceAll(strings.Trim(fmt.Sprint(r.Lines), "[]"), " ", ", ")
}

func (f *profile) printProjects(w io.Writer) {
	if f.Projects.Number == 0 {
		return
	}
	fmt.Fprintf(w, "  %s:", brick.Number(int64(f.Projects.Number), "project"))
	for i, p := range f.Projects.Most {
		if i == shownHere {
			fmt.Fprint(w, ", …")
			break
		}
		fmt.Fprintf(w, "%s %s %d", [...]string{"", ","}[min(i, 1)], names([]string{p.Project}), p.Rows)
	}
	fmt.Fprintln(w)
}

// names lists the cells of a header; what a terminal would not show as it
// stands is quoted.
func names(header []string) string {
	shown := make([]string, len(header))
	for i, cell := range header {
		if shown[i] = cell; strings.ContainsFunc(cell, func(r rune) bool { return !unicode.IsPrint(r) }) {
			shown[i] = strconv.Quote(cell)
		}
	}
	return strings.Join(shown, ", ")
}
