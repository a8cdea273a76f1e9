package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// data is what a benchmark works on: one organization, its projects, and a
// file that names people of all of them in random order.
type data struct {
	dir      string
	document string // the directory before: accounts and projects without members
	file     string // the users
	changed  string // the same users but for two in a hundred
}

// seed makes the data the same every time.
const seed = 20261122

func makeData(dir string, rows, projects int) (*data, error) {
	d := &data{
		dir: dir, document: filepath.Join(dir, "directory.json"),
		file: filepath.Join(dir, "users.csv"), changed: filepath.Join(dir, "changed.csv"),
	}
	order := rand.New(rand.NewPCG(seed, 1)).Perm(rows)
	for _, f := range []struct {
		path  string
		write func(io.Writer)
	}{
		{d.document, func(w io.Writer) { writeDocument(w, rows, projects) }},
		{d.file, func(w io.Writer) { writeUsers(w, order, projects, false) }},
		{d.changed, func(w io.Writer) { writeUsers(w, order, projects, true) }},
	} {
		if err := writeFile(f.path, f.write); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func writeFile(path string, write func(io.Writer)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	write(out)
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func login(i int) string { return fmt.Sprintf("user%07d@example.com", i) }

func project(i, projects int) string { return fmt.Sprintf("prj-%06d", i%projects) }

func writeDocument(w io.Writer, rows, projects int) {
	fmt.Fprint(w, `{"organizations":[{"name":"acme","users":[`)
	for i := range rows {
		comma(w, i)
		fmt.Fprintf(w, `{"login":%q,"first_name":"First","last_name":"Last","email":%q}`, login(i), login(i))
	}
	fmt.Fprint(w, `],"projects":[`)
	for i := range projects {
		comma(w, i)
		fmt.Fprintf(w, `{"id":%q,"roles":["admin","editor","viewer"]}`, project(i, projects))
	}
	fmt.Fprintln(w, `]}]}`)
}

func comma(w io.Writer, i int) {
	if i > 0 {
		fmt.Fprintln(w, ",")
	}
}

// writeUsers writes a row for each person: about 95 bytes, a quarter of them
// with a quoted cell. In a changed file one person in a hundred has another
// role and another is missing.
func writeUsers(w io.Writer, order []int, projects int, changed bool) {
	fmt.Fprintln(w, "project_id,login,first_name,last_name,role,email,authentication_modes")
	for _, i := range order {
		role := [...]string{"admin", "editor", "viewer"}[i%3]
		switch {
		case changed && i%100 == 7:
			role = [...]string{"editor", "viewer", "admin"}[i%3]
		case changed && i%100 == 8:
			continue
		}
		auth := "password"
		if i%4 == 0 {
			auth = `"password, sso"`
		}
		fmt.Fprintf(w, "%s,%s,First%d,Last%d,%s,%s,%s\n", project(i, projects), login(i), i%1000, i%977, role, login(i), auth)
	}
}
