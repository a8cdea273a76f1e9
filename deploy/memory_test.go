package deploy_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestMemoryOfPodsFitsTheProgram(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		c := work.container(t)
		fits(t, quantity(t, c.Resources.Limits["memory"], 1000), c.env("BRICK_MEMORY"), parallel(t, c.Args))
	})
}

// parallel returns how many runs are at work at once.
func parallel(t *testing.T, args []string) int {
	t.Helper()
	for _, arg := range args {
		if text, found := strings.CutPrefix(arg, "--max-parallel="); found {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 1
}
