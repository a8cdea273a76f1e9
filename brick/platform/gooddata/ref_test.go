package gooddata_test

import (
	"testing"
	"unicode/utf8"

	"users-brick/brick/platform/gooddata"
)

func TestARefIsShort(t *testing.T) {
	const id = "5ad80b0123456789abcdef0123456789"
	for want, have := range map[string]string{
		id:                               gooddata.Ref(id, "", false),
		id + "?ip=none":                  gooddata.Ref(id, "", true),
		id + "?timezone=Europe%2FPrague": gooddata.Ref(id, "Europe/Prague", false),
		id + "?ip=none&timezone=UTC":     gooddata.Ref(id, "UTC", true),
		"":                               gooddata.Ref("", "UTC", true),
	} {
		if have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

func TestARefThatIsNoneCountsAsAbsent(t *testing.T) {
	for _, text := range []string{"", "?", "?ip=none", "a?", "a?x=1", "a?ip=no", "a?timezone", "a?timezone=%zz", "%zz", "a b", "a?ip=none&ip=none", "a?timezone=UTC&ip=none", string(make([]byte, 500))} {
		if id, _, _, ok := gooddata.ParseRef(text); ok {
			t.Errorf("%q is taken for a ref of %q", text, id)
		}
	}
}

func FuzzRef(f *testing.F) {
	f.Add("5ad80b", "Europe/Prague", true)
	f.Add("a?b&c=d %", "&=?", false)
	f.Fuzz(func(t *testing.T, id, timezone string, blocked bool) {
		if id == "" || len(id) > 128 || !utf8.ValidString(id) {
			return
		}
		text := gooddata.Ref(id, timezone, blocked)
		gotID, gotZone, gotBlocked, ok := gooddata.ParseRef(text)
		if !ok || gotID != id || gotZone != timezone || gotBlocked != blocked {
			t.Errorf("%q reads as %q %q %t %t", text, gotID, gotZone, gotBlocked, ok)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	f.Add("5ad80b?ip=none&timezone=UTC")
	f.Add("17")
	f.Fuzz(func(t *testing.T, text string) {
		id, timezone, blocked, ok := gooddata.ParseRef(text)
		if ok && (id == "" || gooddata.Ref(id, timezone, blocked) != text) {
			t.Errorf("%q reads as %q %q %t", text, id, timezone, blocked)
		}
	})
}
