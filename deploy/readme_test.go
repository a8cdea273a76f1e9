package deploy_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
)

// codeTable returns the cells of the table of exit codes: by code, then by
// the head of the column.
func codeTable(t *testing.T) map[int]map[string]string {
	t.Helper()
	var heads []string
	table := map[int]map[string]string{}
	for line := range strings.Lines(string(content(t, "README.md"))) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if cells[0] == "code" {
			heads = cells
		}
		code, err := strconv.Atoi(cells[0])
		if heads == nil || err != nil || len(cells) != len(heads) {
			continue
		}
		table[code] = map[string]string{}
		for i, head := range heads {
			table[code][head] = cells[i]
		}
	}
	return table
}

// TestTableOfExitCodesIsTrue compares the table with what each scheduler is
// told elsewhere.
func TestTableOfExitCodesIsTrue(t *testing.T) {
	words := map[string]map[string]string{
		"CronJob":     {done: "done", tryAgain: "tried again", goOn: "Ignore", stop: "FailJob"},
		"Indexed Job": {done: "done", tryAgain: "tried again", goOn: "Ignore", stop: "FailJob", stopShard: "FailIndex"},
		"Airflow":     {done: "success", tryAgain: "tried again", goOn: "tried again", stop: "failed"},
		"systemd":     {done: "done", tryAgain: "tried again", goOn: "tried again", stop: "failed"},
		"ECS":         {done: "done", tryAgain: "told", goOn: "told", stop: "told"},
	}
	table := codeTable(t)
	if len(table) != len(fates()) {
		t.Errorf("the table has %d codes, a run %d", len(table), len(fates()))
	}
	for scheduler, word := range words {
		want := fates()
		if scheduler == "Indexed Job" {
			want = shardFates()
		}
		for code, fate := range want {
			says := word[fate]
			if scheduler == "Airflow" && code == brick.ExitLocked {
				says = "skipped"
			}
			if got := table[code][scheduler]; got != says {
				t.Errorf("%s, exit code %d: %q, want %q", scheduler, code, got, says)
			}
		}
	}
}

func TestReadmeNamesEveryFile(t *testing.T) {
	text := string(content(t, "README.md"))
	for file := range written(t) {
		within := slices.ContainsFunc([]string{chart + "/", "README.md"}, func(p string) bool { return strings.HasPrefix(file, p) })
		if !within && !strings.Contains(text, "("+file+")") {
			t.Errorf("the README does not say what %s is for", file)
		}
	}
}
