package gooddata_test

import (
	"fmt"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

func TestNobodyIsRememberedBeforeGroupsAreInPlay(t *testing.T) {
	d := start(t).open()
	d.Remember("a@x.com", "1")
	if _, known := d.KnownID("a@x.com"); known {
		t.Error("somebody is remembered for nothing")
	}
	d.PlayGroups()
	d.Remember("a@x.com", "1")
	if id, known := d.KnownID("a@x.com"); !known || id != "1" {
		t.Errorf("remembered as %q, %t", id, known)
	}
}

func TestThereIsAnEndToWhomOneRemembers(t *testing.T) {
	d := start(t).open()
	d.PlayGroups()
	person := func(i int) brick.Login { return brick.Login(fmt.Sprintf("u%d@x.com", i)) }
	const most = gooddata.MostPeople
	for i := range most + 10 {
		d.Remember(person(i), "old")
	}
	d.Remember(person(0), "new")
	if id, _ := d.KnownID(person(0)); id != "new" {
		t.Errorf("who is known stays %q", id)
	}
	if _, known := d.KnownID(person(most - 1)); !known {
		t.Error("the last one is forgotten")
	}
	if _, known := d.KnownID(person(most)); known {
		t.Error("one too many is remembered")
	}
}
