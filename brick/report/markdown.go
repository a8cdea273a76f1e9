package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"users-brick/brick"
)

// Markdown writes the report for chats and pull requests: a table of scopes
// and, when there are few, one of changes.
func (r *Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "## users-brick: %s\n\n%s %s, mode `%s`, run `%s`\n\n", r.Outcome, cell(r.Platform), cell(r.Target), r.Mode, r.RunID)
	fmt.Fprintf(out, "%s\n", cell(r.ended()))
	if err := r.markdownScopes(out); err != nil {
		return err
	}
	if err := r.markdownChanges(out); err != nil {
		return err
	}
	if err := r.markdownPeople(out); err != nil {
		return err
	}
	if err := r.markdownGuard(out); err != nil {
		return err
	}
	return out.Flush()
}

func (r *Report) markdownScopes(w io.Writer) error {
	rows := 0
	for s, err := range r.Scopes() {
		if err != nil {
			return err
		}
		if rows++; rows > shownScopes {
			continue
		}
		if rows == 1 {
			fmt.Fprint(w, "\n| scope | outcome |\n|---|---|\n")
		}
		fate := r.fate(&s.Counts, &s.Planned)
		if s.Unplanned != nil {
			fate = "not planned: " + s.Unplanned.Text
		}
		fmt.Fprintf(w, "| %s | %s |\n", cell(s.Scope.String()), cell(fate))
	}
	if rows > shownScopes {
		fmt.Fprintf(w, "\nand %s\n", more(int64(rows-shownScopes), "scope"))
	}
	return nil
}

func (r *Report) markdownChanges(w io.Writer) error {
	if r.Plan == nil || r.Plan.End.Changes == 0 || r.Plan.End.Changes > shownChanges {
		return nil
	}
	fmt.Fprint(w, "\n| scope | login | change | why |\n|---|---|---|---|\n")
	for _, section := range r.Plan.Sections() {
		for c, err := range section.Changes() {
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s |\n", cell(c.Scope.String()), cell(string(c.Login())), r.word(&c), cell(c.Why))
		}
	}
	return nil
}

func (r *Report) markdownPeople(w io.Writer) error {
	rows := 0
	for p, err := range r.People() {
		if err != nil {
			return err
		}
		if rows++; rows > shownChanges {
			continue
		}
		if rows == 1 {
			fmt.Fprint(w, "\n| what | scope | login | lines | why |\n|---|---|---|---|---|\n")
		}
		scope := ""
		if p.Scope != (brick.Scope{}) {
			scope = p.Scope.String()
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", p.What, cell(scope), cell(string(p.Login)), strings.Trim(p.at(), " ()"), cell(p.Text))
	}
	if rows > shownChanges {
		fmt.Fprintf(w, "\nand %d more\n", rows-shownChanges)
	}
	return nil
}

func (r *Report) markdownGuard(w io.Writer) error {
	rows := 0
	for o, err := range r.objections() {
		if err != nil {
			return err
		}
		if rows++; rows > shownScopes {
			continue
		}
		if rows == 1 {
			fmt.Fprint(w, "\n| the guard | | people | hint |\n|---|---|---|---|\n")
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.verdict(&o), cell(o.Text), cell(concerned(&o)), cell(o.Hint))
	}
	if rows > shownScopes {
		fmt.Fprintf(w, "\nand %s\n", more(int64(rows-shownScopes), "objection"))
	}
	if rows > 0 && r.Next != "" {
		fmt.Fprintf(w, "\nTo go on when all of it is meant:\n\n    %s\n", strings.ReplaceAll(r.Next, "\n", "\n    "))
	}
	return nil
}

// cell keeps a text from breaking out of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", "`", "'").Replace(text)
}
