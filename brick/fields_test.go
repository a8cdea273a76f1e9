package brick_test

import (
	"encoding/json"
	"testing"

	"users-brick/brick"
)

func TestAFieldSetIsWrittenByNames(t *testing.T) {
	s := brick.NewFieldSet(brick.IPWhitelist, brick.Company)
	text, err := json.Marshal(s)
	if err != nil || string(text) != `["company","ip_whitelist"]` {
		t.Errorf("written as %s, %v", text, err)
	}
	var back brick.FieldSet
	if err := json.Unmarshal(text, &back); err != nil || back != s {
		t.Errorf("read back as %v, %v", back.Names(), err)
	}
	if json.Unmarshal([]byte(`["height"]`), &back) == nil {
		t.Error("an unknown attribute is taken")
	}
	if !s.Has(brick.Company) || s.Has(brick.Phone) {
		t.Errorf("%v has company %v, phone %v", s.Names(), s.Has(brick.Company), s.Has(brick.Phone))
	}
}

func TestAProfileIsEmptiedInPart(t *testing.T) {
	p := brick.Profile{brick.Company: "Acme", brick.Phone: "1"}
	s := brick.NewFieldSet(brick.Company, brick.Country)
	if given := p.Given(s); given != brick.NewFieldSet(brick.Company) {
		t.Errorf("given are %v", given.Names())
	}
	if left := p.Without(s); left != (brick.Profile{brick.Phone: "1"}) {
		t.Errorf("left is %v", left)
	}
}
