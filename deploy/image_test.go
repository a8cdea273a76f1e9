package deploy_test

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"users-brick/params"
)

// Where the deployments put what the program needs.
const (
	runDir    = "/var/lib/users-brick"
	paramsDir = "/etc/users-brick"
)

// imageUser returns the user of the image, who is also its group.
func imageUser(t *testing.T) int {
	t.Helper()
	found := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindSubmatch(content(t, "../Dockerfile"))
	if found == nil || string(found[1]) != string(found[2]) {
		t.Fatalf("the Dockerfile names the user %q", found)
	}
	user, err := strconv.Atoi(string(found[1]))
	if err != nil || user == 0 {
		t.Fatalf("the user of the image is %s: %v", found[1], err)
	}
	return user
}

// fits checks that a limit of memory, in bytes, leaves half as much again as
// runs of the program, so many at once, may take by BRICK_MEMORY.
func fits(t *testing.T, limit float64, memory string, runs int) {
	t.Helper()
	env, found := params.ParseEnv([]string{"BRICK_MEMORY=" + memory})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	if need := 1.5 * float64(env.Memory) * float64(runs); limit < need {
		t.Errorf("the limit is %.0f MiB; BRICK_MEMORY %v and %d at once need %.0f MiB", limit/(1<<20), env.Memory, runs, need/(1<<20))
	}
}

// quantity returns the bytes that a text such as 384Mi or 384M means; the
// suffix of one letter counts by 1000 for Kubernetes, by 1024 for systemd.
func quantity(t *testing.T, text string, base float64) float64 {
	t.Helper()
	found := regexp.MustCompile(`^(\d+)([KMG]?)(i?)$`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%q is no quantity of memory", text)
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	if found[3] != "" {
		base = 1024
	}
	return n * math.Pow(base, map[string]float64{"": 0, "K": 1, "M": 2, "G": 3}[found[2]])
}
