package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
	"users-brick/modes"
)

// far is a GoodData platform with a town on it, and a place from where runs
// are sent to it.
type far struct {
	*site
	server *gooddatatest.Server
	mode   brick.Mode
}

const robot, robotPassword = "robot@example.com", "Walks-7qX!by-night"

// newFar makes a town, the file of a mode, and params that change a good part
// of the town.
func newFar(t *testing.T, mode brick.Mode, faults gooddatatest.Faults) *far {
	t.Helper()
	server, err := gooddatatest.New(town(), faults)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := server.Start()
	t.Cleanup(stop)
	f := &far{site: &site{t: t, dir: t.TempDir()}, server: server, mode: mode}
	f.write("users.csv", townFile(mode))
	params, err := json.Marshal(map[string]any{
		"sync_mode": mode.Name, "organization": "acme", "project": "one", "input_source": "users.csv",
		"platform":                  map[string]string{"type": "gooddata", "url": url, "username": robot, "password": robotPassword},
		"remove_users_from_project": mode.Name == "sync_one_project_based_on_pid",
	})
	if err != nil {
		t.Fatal(err)
	}
	f.write("params.json", string(params))
	return f
}

// townsfolk is how many people live in a town, one account each.
const townsfolk = 24

func person(i int) string { return fmt.Sprintf("person%02d@example.com", i) }

// town has three projects of three clients, in which people are viewers and
// editors, some of them disabled, some of them in groups.
func town() gooddatatest.State {
	o := gooddatatest.Organization{Name: "acme", Users: []gooddatatest.Account{
		{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword, Admin: true},
	}}
	for i := range townsfolk {
		o.Users = append(o.Users, gooddatatest.Account{Login: person(i), FirstName: "Person", LastName: fmt.Sprint(i), Timezone: "Europe/Prague"})
	}
	for n, id := range []string{"one", "two", "three"} {
		p := gooddatatest.Project{
			ID: id, ClientID: "client-" + id, CustomID: "client-" + id, Segment: "gold",
			Groups:  []gooddatatest.Group{{Name: "Sales"}, {Name: "Support"}},
			Members: []gooddatatest.Member{{Login: robot, Roles: []string{"adminRole"}}},
		}
		for i := n; i < townsfolk; i += 2 {
			m := gooddatatest.Member{Login: person(i), Roles: []string{"readOnlyUserRole"}}
			if i%3 == 0 {
				m.Groups = []string{"Sales"}
			}
			if i%5 == 0 {
				m.Status = brick.Disabled
			}
			p.Members = append(p.Members, m)
		}
		o.Projects = append(o.Projects, p)
	}
	return gooddatatest.State{Organizations: []gooddatatest.Organization{o}}
}

// townFile is the file of a run: most people stay, some come, go, or change
// their role, their groups or their name.
func townFile(mode brick.Mode) string {
	var b strings.Builder
	b.WriteString("project_id,client_id,login,role,user_groups,last_name\n")
	row := func(project, login string, role, groups, name string) {
		fmt.Fprintf(&b, "%s,client-%s,%s,%s,%s,%s\n", project, project, login, role, groups, name)
	}
	if mode.Name == "remove_from_organization" {
		for i := range townsfolk / 3 {
			row("one", person(i), "", "", "")
		}
		row("one", "nobody@example.com", "", "", "")
		return b.String()
	}
	projects := []string{"one", "two"}
	if mode.Name == "sync_project" || mode.Name == "sync_domain_and_project" || mode.Name == "add_to_organization" {
		projects = projects[:1]
	}
	for _, project := range projects {
		for i := range townsfolk {
			switch {
			case i%8 == 7: // goes
			case i%4 == 0:
				row(project, person(i), "editor", `"Sales,Support"`, "Other")
			default:
				row(project, person(i), "viewer", "Newcomers", "")
			}
		}
		if _, upserts := mode.Step(brick.OrganizationLevel); upserts {
			for i := range 8 {
				row(project, fmt.Sprintf("new+%d@example.com", i), "viewer", "Support", "New")
			}
		}
	}
	return b.String()
}

// run runs the program to its end and returns its exit code and report.
func (f *far) run() (code int, report townReport) {
	f.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := f.command("run", "params.json", "--format", "json", "--log-level", "warn")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		code = ended.ExitCode()
	} else if err != nil {
		f.t.Fatal(err)
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		f.t.Fatalf("exit %d, no report: %v\n%s", code, err, &stderr)
	}
	report.text = stdout.String() + stderr.String()
	return code, report
}

type townReport struct {
	Outcome string          `json:"outcome"`
	Totals  json.RawMessage `json:"totals"`
	text    string
}

// converges demands that a run ends well and leaves the town as it should be.
func (f *far) converges(want string) townReport {
	f.t.Helper()
	code, report := f.run()
	if code != 0 {
		f.t.Fatalf("exit %d:\n%s", code, report.text)
	}
	if have := f.town(); have != want {
		f.t.Fatalf("the town is not as it should be:\n%s", firstDifference(have, want))
	}
	return report
}

// town is what the platform holds now, without passwords, of which some were
// made up.
func (f *far) town() string {
	f.t.Helper()
	state := f.server.State()
	for i := range state.Organizations {
		for j := range state.Organizations[i].Users {
			state.Organizations[i].Users[j].Password = ""
		}
	}
	var b bytes.Buffer
	if err := state.Write(&b); err != nil {
		f.t.Fatal(err)
	}
	return b.String()
}

func firstDifference(have, want string) string {
	h, w := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := range min(len(h), len(w)) {
		if h[i] != w[i] {
			from := max(0, i-5)
			return fmt.Sprintf("line %d:\nhave %s\nwant %s", i+1, strings.Join(h[from:min(len(h), i+5)], "\n"), strings.Join(w[from:min(len(w), i+5)], "\n"))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(h), len(w))
}

// quiet is how a run goes on a platform without faults, and how the town is
// afterwards.
type quiet struct {
	town     string
	report   townReport
	requests int
}

func newQuiet(t *testing.T, mode brick.Mode) quiet {
	t.Helper()
	f := newFar(t, mode, gooddatatest.Faults{})
	code, report := f.run()
	if code != 0 || report.Outcome != "converged" {
		t.Fatalf("exit %d:\n%s", code, report.text)
	}
	return quiet{f.town(), report, f.server.Counts().Requests}
}

func eachMode(t *testing.T, tell func(*testing.T, brick.Mode)) {
	for _, mode := range modes.All() {
		t.Run(mode.Name, func(t *testing.T) {
			t.Parallel()
			tell(t, mode)
		})
	}
}

func TestASecondRunOnlyLooks(t *testing.T) {
	eachMode(t, func(t *testing.T, mode brick.Mode) {
		f := newFar(t, mode, gooddatatest.Faults{})
		if code, report := f.run(); code != 0 || f.server.Counts().Writes == 0 {
			t.Fatalf("exit %d with %d writes:\n%s", code, f.server.Counts().Writes, report.text)
		}
		writes := f.server.Counts().Writes
		code, report := f.run()
		if more := f.server.Counts().Writes - writes; code != 0 || more != 0 || report.Outcome != "nothing_to_do" {
			t.Errorf("exit %d with %d more writes:\n%s", code, more, report.text)
		}
	})
}

// A storm is what a bad day looks like, all at once.
func TestARunReachesTheRightEndThroughAStorm(t *testing.T) {
	storm := gooddatatest.Faults{Busy: 0.05, ThrottleEvery: 7, CutAfterEvery: 11, TTUses: 5}
	eachMode(t, func(t *testing.T, mode brick.Mode) {
		calm := newQuiet(t, mode)
		f := newFar(t, mode, storm)
		report := f.converges(calm.town)
		if !bytes.Equal(report.Totals, calm.report.Totals) {
			t.Errorf("totals are %s, want %s", report.Totals, calm.report.Totals)
		}
	})
}

// A password whose answer is lost is sent again, and refused for being the one
// that the account has by then.
func TestPasswordsAreSetThroughAStorm(t *testing.T) {
	mode, _ := modes.Find("add_to_organization")
	f := newFar(t, mode, gooddatatest.Faults{Busy: 0.05, ThrottleEvery: 7, CutAfterEvery: 3, TTUses: 5})
	file, want := "login,password,last_name\n", map[string]string{}
	for i := range townsfolk {
		want[person(i)] = fmt.Sprintf("Fresh-4kQw!%d", i)
		file += fmt.Sprintf("%s,%s,%d\n", person(i), want[person(i)], i+i%2)
	}
	f.write("users.csv", file)
	f.write("params.json", f.with("update_passwords", true))
	if code, report := f.run(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, report.text)
	}
	for _, u := range f.server.State().Organizations[0].Users {
		if want[u.Login] != "" && u.Password != want[u.Login] {
			t.Errorf("%s has the password %q", u.Login, u.Password)
		}
	}
}

// with returns the params with one more.
func (f *far) with(name string, value any) string {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, "params.json"))
	if err != nil {
		f.t.Fatal(err)
	}
	var params map[string]any
	if err := json.Unmarshal(text, &params); err != nil {
		f.t.Fatal(err)
	}
	params[name] = value
	if text, err = json.Marshal(params); err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

// A run that is killed leaves what the next one puts right, wherever it was:
// before its first request, and between any two of them.
func TestARunThatIsKilledAtAnyRequestIsMadeGood(t *testing.T) {
	eachMode(t, func(t *testing.T, mode brick.Mode) {
		calm := newQuiet(t, mode)
		killed := 0
		for n := 0; n < calm.requests; n++ {
			if testing.Short() && n%7 != 3 {
				continue
			}
			f := newFar(t, mode, gooddatatest.Faults{})
			if f.killed(n) {
				killed++
			}
			f.converges(calm.town)
		}
		if killed == 0 {
			t.Error("no run was killed")
		}
	})
}

// killed begins a run that is killed when n of its requests have taken
// effect, and whose later ones take none. The number of requests is not always
// the same: a run that needs no more of them is not killed.
func (f *far) killed(n int) bool {
	f.t.Helper()
	cmd := f.command("run", "params.json", "--log-level", "error")
	started := make(chan struct{}) // or else there may be no process to kill yet
	kill := func(cut bool) {
		if cut {
			<-started
			cmd.Process.Kill()
			gooddatatest.Cut()
		}
	}
	f.server.SetHooks(gooddatatest.Hooks{
		Before: func(at int, _ *http.Request) { kill(at > n) },
		After:  func(at int, _ *http.Request) { kill(at == n) },
	})
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	f.server.SetHooks(gooddatatest.Hooks{})
	return err != nil
}

// A wrong password is tried once, and shown nowhere.
func TestARefusedLoginIsTriedOnce(t *testing.T) {
	mode, _ := modes.Find("sync_project")
	f := newFar(t, mode, gooddatatest.Faults{})
	params, err := os.ReadFile(filepath.Join(f.dir, "params.json"))
	if err != nil {
		t.Fatal(err)
	}
	const wrong = "Wrong-7qX!by-night"
	f.write("params.json", strings.ReplaceAll(string(params), robotPassword, wrong))
	var stdout, stderr bytes.Buffer
	cmd := f.command("run", "params.json", "--format", "json", "--log-level", "debug", "--run-dir", "runs")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	ended, failed := errors.AsType[*exec.ExitError](err)
	if !failed || ended.ExitCode() != brick.ExitDenied {
		t.Errorf("the run ended with %v:\n%s", err, &stderr)
	}
	logins := slices.DeleteFunc(f.server.Requests(), func(r gooddatatest.Request) bool { return r.Method != http.MethodPost })
	if len(logins) != 1 || f.server.Counts().Requests != 1 {
		t.Errorf("%d requests, want one login: %v", f.server.Counts().Requests, f.server.Requests())
	}
	kept := stdout.String() + stderr.String()
	files := 0
	err = filepath.WalkDir(filepath.Join(f.dir, "runs"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		kept += string(text)
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files in the run directory: %v", files, err)
	}
	if strings.Contains(kept, wrong) {
		t.Error("the password is shown")
	}
}
