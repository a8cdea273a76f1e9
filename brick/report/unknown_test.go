package report_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Of what was begun and is not known to be done every form of a report says
// so: it counts neither as done nor as not tried.
func TestWhatMayHaveBeenDoneIsCountedApart(t *testing.T) {
	done := plan.NewOutcome(4)
	done.Set(1, plan.Done)
	done.Set(2, plan.Unknown)
	r := of(tour().write(t), done)
	r.Err, r.Signal = brick.Errorf(brick.Interrupted, "stopped: %w", context.Canceled), 143
	settled(t, r)
	if r.Total.Added != 1 || r.Total.Updated != 0 || r.Total.Unknown != 1 || r.Total.Untried != 2 {
		t.Errorf("totals are %+v", r.Total)
	}
	var text, document, page, markdown bytes.Buffer
	for _, err := range []error{r.Text(&text), r.JSON(&document), r.HTML(&page), r.Markdown(&markdown)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"perhaps updated", ", 1 perhaps done, 2 not tried\n", "stopped; 1 change done, 1 perhaps done, 2 not tried; "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text does not say %q:\n%s", want, &text)
		}
	}
	if !strings.Contains(document.String(), `"unknown": 1`) || !strings.Contains(document.String(), `"unknown":1`) {
		t.Errorf("the document does not count it:\n%s", &document)
	}
	for _, want := range []string{"Perhaps done", "perhaps updated", "1 kept, 1 spared, 1 perhaps done, 2 not tried"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, want := range []string{"| perhaps done | 0 | 1 |", "| 1 kept, 1 spared, 1 perhaps done, 2 not tried |"} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("%q is not in\n%s", want, &markdown)
		}
	}
}

func TestAScopeOfWhichNothingIsKnownIsNotCountedAsDone(t *testing.T) {
	done := plan.NewOutcome(4)
	for seq := int64(1); seq <= 4; seq++ {
		done.Set(seq, plan.Unknown)
	}
	r := of(tour().write(t), done)
	r.Err = brick.Errorf(brick.Refused, "the platform has changed")
	settled(t, r)
	var text bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if r.Total.Changes() != 0 || r.Total.Unknown != 4 || !strings.Contains(text.String(), "; 4 changes perhaps done before") {
		t.Errorf("%s\n%s", fmt.Sprint(r.Total), &text)
	}
}
