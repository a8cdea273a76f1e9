package directory_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
)

// auditOf returns the rows of the audit table, one line each.
func auditOf(t *testing.T, path string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT concat_ws(' | ', run, at, level, scope, login, action, ifnull(before, '-'), ifnull(after, '-')) FROM audit ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAuditTellsEveryEffectAndNothingElse(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{RunID: "run-7"})
	steps := []error{
		apply(d, brick.Add, brick.Member{Login: "ben@example.com", Roles: []string{"viewer"}}),
		apply(d, brick.Add, brick.Member{Login: "ben@example.com", Roles: []string{"viewer"}}),
		apply(d, brick.Disable, brick.Member{Login: ann, Groups: []string{}}),
		d.CreateGroup(context.Background(), p1, "Board"),
		d.CreateGroup(context.Background(), p1, "BOARD"),
		d.Apply(context.Background(), brick.Organization("acme"), []brick.Change{{Action: brick.Remove, Before: &brick.Member{Login: ann}}})[0],
	}
	for i, err := range steps {
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	d.Close()
	want := []string{
		`run-7 | 2026-01-02T12:00:00Z | project | p1 | ben@example.com | add | - | {"login":"ben@example.com","status":"enabled","roles":["viewer"]}`,
		`run-7 | 2026-01-02T12:00:00Z | project | p1 | ann@example.com | disable | {"login":"ann@example.com","status":"enabled","roles":["admin"],"groups":["Sales"]} | {"login":"ann@example.com","status":"disabled","roles":["admin"]}`,
		`run-7 | 2026-01-02T12:00:00Z | project | p1 |  | create group | - | {"group":"Board"}`,
		`run-7 | 2026-01-02T12:00:00Z | project | p1 | ann@example.com | remove | {"login":"ann@example.com","status":"disabled","roles":["admin"]} | -`,
		`run-7 | 2026-01-02T12:00:00Z | organization | acme | ann@example.com | remove | {"login":"ann@example.com","status":"enabled","profile":{"first_name":"Ann"}} | -`,
	}
	if got := auditOf(t, path); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("audit is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAuditTellsTheGroupsThatGoWithAnAccount(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{})
	err := d.Apply(context.Background(), brick.Organization("acme"), []brick.Change{{Action: brick.Remove, Before: &brick.Member{Login: ann}}})[0]
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if lines := auditOf(t, path); len(lines) != 2 || !strings.Contains(lines[0], `"groups":["Sales"]`) {
		t.Errorf("audit is %q", lines)
	}
}

func TestPasswordsAreNotKept(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{})
	const password = "A-most-secret-word-1"
	err := d.Apply(context.Background(), brick.Organization("acme"), []brick.Change{
		{Action: brick.Add, After: &brick.Member{Login: "eve@example.com"}, Password: brick.NewSecret(password)},
	})[0]
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if strings.Contains(string(read(t, path)), password) {
		t.Error("the password stands in the file")
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var at string
	err = db.QueryRow(`SELECT group_concat(login || ' ' || password_set_at) FROM accounts WHERE password_set_at IS NOT NULL`).Scan(&at)
	if err != nil || at != "eve@example.com 2026-01-02T12:00:00Z" {
		t.Errorf("passwords were set: %q, %v", at, err)
	}
}
