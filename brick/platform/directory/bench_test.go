package directory_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
)

// town is a document of projects that all have the same people.
func town(projects, people int, members bool) string {
	var b strings.Builder
	b.WriteString(`{"organizations":[{"name":"acme","users":[`)
	for i := range people {
		fmt.Fprintf(&b, `%s{"login":"%s","first_name":"First","last_name":"Last"}`, comma(i), person(i))
	}
	b.WriteString(`],"projects":[`)
	for p := range projects {
		fmt.Fprintf(&b, `%s{"id":"p%d","roles":["admin","viewer"],"members":[`, comma(p), p)
		for i := 0; members && i < people; i++ {
			fmt.Fprintf(&b, `%s{"login":"%s","roles":["viewer"],"status":"enabled"}`, comma(i), person(i))
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}]}`)
	return b.String()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func person(i int) brick.Login { return brick.Login(fmt.Sprintf("user%06d@example.com", i)) }

func BenchmarkList(b *testing.B) {
	const projects, people = 100, 1000
	d := openAt(b, create(b, town(projects, people, true)), directory.Options{ReadOnly: true})
	defer d.Close()
	for b.Loop() {
		n := 0
		for p := range projects {
			for _, err := range d.List(b.Context(), brick.Project(fmt.Sprintf("p%d", p))) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
		if n != projects*people {
			b.Fatalf("%d members listed", n)
		}
	}
	b.ReportMetric(float64(b.N*projects*people)/b.Elapsed().Seconds(), "members/s")
}

func BenchmarkApply(b *testing.B) {
	const people = 1000
	path := create(b, town(b.N, people, false))
	d := openAt(b, path, directory.Options{RunID: "bench"})
	defer d.Close()
	var batch []brick.Change
	for i := range people {
		batch = append(batch, brick.Change{Action: brick.Add, After: &brick.Member{Login: person(i), Roles: []string{"viewer"}}})
	}
	b.ResetTimer()
	for p := range b.N {
		for half := range 2 {
			for _, err := range d.Apply(context.Background(), brick.Project(fmt.Sprintf("p%d", p)), batch[half*people/2:(half+1)*people/2]) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(float64(b.N*people)/b.Elapsed().Seconds(), "changes/s")
}

func BenchmarkLoad(b *testing.B) {
	document := town(100, 1000, true)
	b.SetBytes(int64(len(document)))
	d := openAt(b, create(b, `{}`), directory.Options{})
	defer d.Close()
	for b.Loop() {
		if err := d.Load(b.Context(), "users.json", strings.NewReader(document)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDump(b *testing.B) {
	d := openAt(b, create(b, town(100, 1000, true)), directory.Options{ReadOnly: true})
	defer d.Close()
	for b.Loop() {
		if err := d.Dump(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*100_000)/b.Elapsed().Seconds(), "members/s")
}
