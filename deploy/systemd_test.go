package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
)

const unit = "systemd/users-brick@.service"

// settings returns all values of each key of a unit.
func settings(t *testing.T, file string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(string(content(t, file))) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found || !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(key) {
			t.Fatalf("%s: %q is no setting", file, line)
		}
		all[key] = append(all[key], value)
	}
	return all
}

func TestUnitObeysExitCodes(t *testing.T) {
	s := settings(t, unit)
	var prevented []int
	for _, text := range strings.Fields(strings.Join(s["RestartPreventExitStatus"], " ")) {
		code, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		prevented = append(prevented, code)
	}
	for code, fate := range fates() {
		if stops := slices.Contains(prevented, code); stops != (fate == stop) {
			t.Errorf("exit code %d: begun again %t", code, !stops)
		}
	}
	if len(prevented) != 5 || s["Restart"][0] != "on-failure" || s["SuccessExitStatus"] != nil {
		t.Errorf("not begun again after %v, Restart %v, SuccessExitStatus %v", prevented, s["Restart"], s["SuccessExitStatus"])
	}
	if slices.Contains(prevented, brick.ExitFailed) || s["StartLimitBurst"] == nil {
		t.Error("what broke is tried again, a few times")
	}
}

func TestUnitIsNobodyWithADirectoryOfItsOwn(t *testing.T) {
	s := settings(t, unit)
	for key, value := range map[string]string{
		"DynamicUser": "yes", "StateDirectory": "users-brick", "ProtectSystem": "strict", "NoNewPrivileges": "yes",
		"CapabilityBoundingSet": "", "PrivateTmp": "yes", "ProtectHome": "yes", "UMask": "0077",
	} {
		if len(s[key]) != 1 || s[key][0] != value {
			t.Errorf("%s=%s, found %q", key, value, s[key])
		}
	}
	env := map[string]string{}
	for _, v := range s["Environment"] {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	if env["BRICK_RUN_DIR"] != "%S/"+s["StateDirectory"][0] {
		t.Errorf("BRICK_RUN_DIR is %s", env["BRICK_RUN_DIR"])
	}
	credential, _, _ := strings.Cut(s["LoadCredential"][0], ":")
	if env["GDC_PASSWORD_FILE"] != "%d/"+credential {
		t.Errorf("GDC_PASSWORD_FILE is %s, the credential %s", env["GDC_PASSWORD_FILE"], credential)
	}
	for name := range env {
		if secret(name) && !strings.HasSuffix(name, "_FILE") {
			t.Errorf("%s is written down", name)
		}
	}
	fits(t, quantity(t, s["MemoryMax"][0], 1024), env["BRICK_MEMORY"], 1)
	understood(t, strings.Fields(s["ExecStart"][0])[1:])
}

func TestSystemdVerifiesTheUnits(t *testing.T) {
	analyze := installed(t, "systemd-analyze")
	dir := t.TempDir()
	program, err := os.Executable() // systemd asks for a program that is there
	if err != nil {
		t.Fatal(err)
	}
	var instances []string
	for _, file := range files(t, "systemd/users-brick@.*") {
		text := strings.ReplaceAll(string(content(t, file)), "ExecStart=/usr/local/bin/users-brick ", "ExecStart="+program+" ")
		instance := filepath.Join(dir, strings.Replace(filepath.Base(file), "@", "@sales", 1))
		if err := os.WriteFile(instance, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		instances = append(instances, instance)
	}
	// What it does not know it only tells.
	said, err := exec.Command(analyze, append([]string{"verify"}, instances...)...).CombinedOutput()
	if err != nil || len(said) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, said)
	}
	said, err = exec.Command(analyze, "security", "--offline=true", "--threshold=15", "--no-pager", filepath.Join(dir, "users-brick@sales.service")).CombinedOutput()
	if err != nil {
		t.Errorf("it is more exposed than 1.5 of 10: %v\n%s", err, said)
	}
}
