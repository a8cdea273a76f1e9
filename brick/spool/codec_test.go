package spool_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/spool"
)

func lists[S ~string]() *rapid.Generator[[]S] {
	texts := rapid.Custom(func(t *rapid.T) S { return S(rapid.String().Draw(t, "text")) })
	return rapid.OneOf(rapid.Just[[]S](nil), rapid.SliceOfN(texts, 0, 4))
}

func profiles() *rapid.Generator[brick.Profile] {
	return rapid.Custom(func(t *rapid.T) (p brick.Profile) {
		for f := range brick.Fields() {
			p[f] = rapid.String().Draw(t, f.String())
		}
		return p
	})
}

func badRows() *rapid.Generator[*brick.BadRow] {
	text := rapid.String()
	some := rapid.Custom(func(t *rapid.T) *brick.BadRow {
		return &brick.BadRow{
			Column: rapid.Int().Draw(t, "column"), Reason: text.Draw(t, "reason"), Hint: text.Draw(t, "hint"),
			Anywhere: rapid.Bool().Draw(t, "anywhere"), Suspects: lists[brick.Login]().Draw(t, "suspects"),
			Local: text.Draw(t, "local"), Nameless: rapid.Bool().Draw(t, "nameless"),
		}
	})
	return rapid.OneOf(rapid.Just[*brick.BadRow](nil), some)
}

func TestRowComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := brick.Row{
			Line: rapid.Int().Draw(t, "line"), Project: rapid.String().Draw(t, "project"),
			Login: brick.Login(rapid.String().Draw(t, "login")), Profile: profiles().Draw(t, "profile"),
			Password: brick.NewSecret(rapid.String().Draw(t, "password")),
			Roles:    lists[string]().Draw(t, "roles"), Groups: lists[string]().Draw(t, "groups"),
			Bad: badRows().Draw(t, "bad"),
		}
		key := rapid.SampledFrom([]string{"", "p1", want.Project}).Draw(t, "key")
		if rapid.Bool().Draw(t, "mailed at the login") {
			want.Profile[brick.Email] = string(want.Login)
		}
		src := spool.AppendRow([]byte("before"), key, &want)
		got := brick.Row{Project: "left over", Bad: &brick.BadRow{}}
		if err := spool.DecodeRow(key, spool.Record{Order: []byte(want.Login), Value: bytes.TrimPrefix(src, []byte("before"))}, &got); err != nil {
			t.Fatal(err)
		}
		clear(src)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %#v\nwant %#v", got, want)
		}
	})
}

func TestMemberComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := brick.Member{
			Login: brick.Login(rapid.String().Draw(t, "login")), Profile: profiles().Draw(t, "profile"),
			Status: rapid.SampledFrom([]brick.Status{0, brick.Enabled, brick.Disabled}).Draw(t, "status"),
			Roles:  lists[string]().Draw(t, "roles"), Groups: lists[string]().Draw(t, "groups"),
		}
		src := spool.AppendMember(nil, &want)
		got := brick.Member{Login: "left over"}
		if err := spool.DecodeMember(spool.Record{Order: []byte(want.Login), Value: src}, &got); err != nil {
			t.Fatal(err)
		}
		clear(src)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %#v\nwant %#v", got, want)
		}
	})
}

func TestLineDecidesTheOrderOfRowsLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := brick.Row{Login: "a@example.com", Profile: profiles().Draw(t, "a")}
		b := brick.Row{Login: "a@example.com", Profile: profiles().Draw(t, "b")}
		if a.Profile == b.Profile {
			t.Skip("equal rows")
		}
		before := bytes.Compare(spool.AppendRow(nil, "p1", &a), spool.AppendRow(nil, "p1", &b))
		a.Line = rapid.IntRange(0, math.MaxInt).Draw(t, "line of a")
		b.Line = rapid.IntRange(0, math.MaxInt).Draw(t, "line of b")
		if after := bytes.Compare(spool.AppendRow(nil, "p1", &a), spool.AppendRow(nil, "p1", &b)); after != before {
			t.Fatalf("lines turned the order from %d to %d", before, after)
		}
	})
}

func TestWhatIsEmptyTakesNoRoom(t *testing.T) {
	row := brick.Row{Line: 1, Project: "p1", Login: "a@b.cz"}
	row.Profile[brick.Email] = "a@b.cz"
	if n, most := len(spool.AppendRow(nil, "p1", &row)), 4; n > most {
		t.Errorf("a row of a login and its email alone takes %d bytes, want %d at most", n, most)
	}
}

func TestRefusesARowCutShortOrFollowedByMore(t *testing.T) {
	row := brick.Row{Line: 300, Project: "p1", Login: "a@b.cz", Roles: []string{"admin"}, Bad: &brick.BadRow{Reason: "r"}}
	src := spool.AppendRow(nil, "p1", &row)
	decode := func(value []byte, to *brick.Row) error {
		return spool.DecodeRow("p1", spool.Record{Order: []byte(row.Login), Value: value}, to)
	}
	for n := range src {
		if got := (brick.Row{Line: 1}); decode(src[:n], &got) == nil || !reflect.DeepEqual(got, brick.Row{}) {
			t.Errorf("%d of %d bytes read as %+v", n, len(src), got)
		}
	}
	if decode(append(src, 0), &row) == nil {
		t.Error("reads a row that is followed by more")
	}
}

func FuzzDecodeRow(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0})
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Add(spool.AppendRow(nil, "p2", &brick.Row{
		Line: 7, Project: "p1", Login: "a@b.cz", Roles: []string{}, Groups: []string{"Sales"},
		Password: brick.NewSecret("x"), Bad: &brick.BadRow{Reason: "r", Suspects: []brick.Login{"c@d.cz"}, Nameless: true},
	}))
	f.Fuzz(func(t *testing.T, src []byte) {
		var row, again brick.Row
		login := []byte("a@b.cz")
		if spool.DecodeRow("p1", spool.Record{Order: login, Value: src}, &row) != nil {
			return
		}
		once := spool.Record{Order: login, Value: spool.AppendRow(nil, "p1", &row)}
		if err := spool.DecodeRow("p1", once, &again); err != nil || !reflect.DeepEqual(row, again) {
			t.Fatalf("%#v comes back as %#v (%v)", row, again, err)
		}
	})
}

func FuzzDecodeMember(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0})
	f.Add(spool.AppendMember(nil, &brick.Member{
		Login: "a@b.cz", Status: brick.Disabled, Profile: brick.Profile{"Jane", "Doe"}, Roles: []string{"admin"}, Groups: []string{},
	}))
	f.Fuzz(func(t *testing.T, src []byte) {
		var member, again brick.Member
		login := []byte("a@b.cz")
		if spool.DecodeMember(spool.Record{Order: login, Value: src}, &member) != nil {
			return
		}
		err := spool.DecodeMember(spool.Record{Order: login, Value: spool.AppendMember(nil, &member)}, &again)
		if err != nil || !reflect.DeepEqual(member, again) {
			t.Fatalf("%#v comes back as %#v (%v)", member, again, err)
		}
	})
}
