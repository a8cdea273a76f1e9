package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

func TestHelpNamesEveryFaultAndNoOther(t *testing.T) {
	var told, known []string
	for _, key := range regexp.MustCompile(`(?m)^    ([a-z_]+) `).FindAllStringSubmatch(faultsHelp, -1) {
		told = append(told, key[1])
	}
	for field := range reflect.TypeFor[gooddatatest.Faults]().Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known = append(known, key)
	}
	slices.Sort(told)
	slices.Sort(known)
	if len(known) == 0 || !slices.Equal(told, known) {
		t.Errorf("help names\n%v\nthere are\n%v", told, known)
	}
	for field := range reflect.TypeFor[gooddatatest.Pages]().Fields() {
		if key, _, _ := strings.Cut(field.Tag.Get("json"), ","); !strings.Contains(faultsHelp, key) {
			t.Errorf("help does not name pages.%s", key)
		}
	}
}
