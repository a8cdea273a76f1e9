package plan_test

import (
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// refusedPlan is a plan with a refusal of that kind.
func refusedPlan(t *testing.T, kind brick.Kind) *plan.Plan {
	t.Helper()
	w, err := plan.Create(t.TempDir(), plan.Header{RunID: "run-1"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Finish(plan.End{Refusal: &brick.Refusal{Kind: kind, Text: "no"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestAPlanIsAcceptedByItsOwnDigestOnly(t *testing.T) {
	digest := refusedPlan(t, brick.Refused).Header.Digest // the same plan has the same digest
	other := strings.Map(func(r rune) rune { return '0' + ('9'-r)%10 }, "098765432109")
	for text, accepted := range map[string]bool{
		digest: true, "sha256:" + digest: true, "SHA256:" + strings.ToUpper(digest): true, digest[:12]: true, " " + digest[:20] + "\n": true,
		digest[:11]: false, "": false, "sha256:": false, digest + "0": false, other: false, digest[1:13]: false, "sha512:" + digest: false, "zzzzzzzzzzzz": false,
	} {
		p := refusedPlan(t, brick.Refused)
		err := p.Accept(text)
		if accepted != (err == nil) || accepted != (p.End.Refusal == nil) || accepted != p.Accepted {
			t.Errorf("%q: %v, refusal %v", text, err, p.End.Refusal)
		}
		if err != nil && brick.KindOf(err) != brick.BadInput {
			t.Errorf("%q: kind is %v", text, brick.KindOf(err))
		}
	}
}

func TestAFileThatCannotBeUsedIsNotAccepted(t *testing.T) {
	p := refusedPlan(t, brick.BadInput)
	if err := p.Accept(p.Header.Digest); err != nil || p.End.Refusal == nil || p.Accepted {
		t.Errorf("%v, refusal %v", err, p.End.Refusal)
	}
}

func TestWhatIsAcceptedIsRefusedAgainTheNextTime(t *testing.T) {
	p := refusedPlan(t, brick.Refused)
	if err := p.Accept(p.Header.Digest); err != nil {
		t.Fatal(err)
	}
	again, err := plan.Open(p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.End.Refusal == nil || again.Accepted {
		t.Error("the refusal is gone from the plan itself")
	}
}
