package main

import (
	"runtime/debug"
	"slices"
	"strings"

	"users-brick/params"
)

// sortingMemory returns how many bytes sorting may take of what the program
// is to stay below. Comparing takes nearly as many, and so does what is on its
// way to and from the platform.
func sortingMemory(env *params.Env) int64 { return int64(env.Memory) / 4 }

// limitMemory tells the runtime what the program is to stay below, unless
// somebody has told it so directly: the nearer it comes, the more often it
// looks for memory that nobody needs any more. An eighth is for what the
// runtime does not count, the program itself above all.
func (p *program) limitMemory() {
	if env, findings := params.ParseEnv(p.environ); !p.has("GOMEMLIMIT") && findings.Err() == nil {
		debug.SetMemoryLimit(int64(env.Memory) / 8 * 7)
	}
}

// collectOften tells the runtime to look for such memory more often than it
// does by itself, unless somebody has told it how often. Across the net answers
// come many at once, pages of a megabyte each, and then there is time to clear
// up.
func (p *program) collectOften() {
	if !p.has("GOGC") {
		debug.SetGCPercent(70)
	}
}

// has reports whether a variable of the environment is set.
func (p *program) has(name string) bool {
	return slices.ContainsFunc(p.environ, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}
