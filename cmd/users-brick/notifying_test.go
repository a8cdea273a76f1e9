package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick/notify"
)

func TestASignalLeavesOthersALittleTime(t *testing.T) {
	for name, after := range map[string]time.Duration{"before they are told": 0, "while they are told": 3 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				run, stop := context.WithCancel(t.Context())
				time.AfterFunc(after, stop)
				time.Sleep(after / 2)
				ctx, done := lingering(run, hurry)
				defer done()
				<-ctx.Done()
				if took := time.Since(began); took != after+hurry {
					t.Errorf("it ended after %v, want %v after the signal", took, hurry)
				}
			})
		})
	}
	ctx, done := lingering(t.Context(), hurry)
	if done(); ctx.Err() == nil {
		t.Error("it goes on when it is freed")
	}
}

func TestAnErrorOfManyLinesIsToldShortly(t *testing.T) {
	long := strings.TrimSuffix(strings.Repeat("verify project: gone\n", 10_000), "\n")
	short := firstOf(long)
	if lines := strings.Split(short, "\n"); len(lines) != notify.Shown+1 || lines[notify.Shown] != "and 9980 more lines" {
		t.Errorf("told is %q", short)
	}
	if got := firstOf("one\ntwo"); got != "one\ntwo" {
		t.Errorf("told is %q", got)
	}
}
