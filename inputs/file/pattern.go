package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// isPattern reports whether a path stands for several files: when there is no
// such file, and it has one of the marks of a pattern.
func isPattern(path string) bool {
	if !hasMarks(path) {
		return false
	}
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG)
}

func hasMarks(path string) bool { return strings.ContainsAny(path, "*?[") }

// match returns the paths that match a pattern, in order. Unlike filepath.Glob
// it takes no directory that cannot be read for an empty one: whoever is in a
// file that nobody has seen would be taken out. A name that begins with a dot
// only matches a dot, as in a shell: such are files that are still being made.
func match(pattern string) ([]string, error) {
	if _, err := filepath.Match(pattern, pattern); err != nil { // against itself it is looked at to its end
		return nil, refuse(pattern, errors.New("the pattern is broken: a [ is not closed, or a \\ stands at its end"), "write \\[ for a bracket that belongs to a name")
	}
	paths := []string{""}
	if strings.HasPrefix(pattern, "/") {
		paths = []string{"/"}
	}
	parts := strings.FieldsFunc(pattern, func(r rune) bool { return r == '/' })
	slash := strings.HasSuffix(pattern, "/") // then only directories match
	for i, part := range parts {
		if part == "**" {
			return nil, refuse(pattern, errors.New("** has no meaning here"), "write one * for each level of directories, such as */*.csv")
		}
		var next []string
		for _, dir := range paths {
			found, err := below(dir, part, slash || i < len(parts)-1)
			if err != nil {
				return nil, err
			}
			next = append(next, found...)
		}
		paths = next
	}
	slices.Sort(paths)
	return paths, nil
}

// below returns what is called so in a directory: other directories, or
// anything.
func below(dir, part string, directories bool) ([]string, error) {
	names := []string{part}
	if hasMarks(part) {
		var err error
		if names, err = named(dir, part); err != nil {
			return nil, err
		}
	}
	var found []string
	for _, name := range names {
		path := joined(dir, name)
		there, err := exists(path, directories)
		if err != nil {
			return nil, err
		}
		if there {
			found = append(found, path)
		}
	}
	return found, nil
}

// joined returns the path of a name in a directory. Nothing is cleaned: what ..
// means behind a link, the system knows.
func joined(dir, name string) string {
	if dir != "" && !strings.HasSuffix(dir, "/") {
		dir += "/"
	}
	return dir + name
}

// named returns the names in a directory that match a part of a pattern.
func named(dir, part string) ([]string, error) {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if matches, _ := filepath.Match(part, name); matches && (name[0] != '.' || part[0] == '.') {
			names = append(names, name)
		}
	}
	return names, nil
}

// exists reports whether something is there. Among directories a link that
// leads nowhere is an error: who knows what it should lead to.
func exists(path string, directory bool) (bool, error) {
	info, err := os.Lstat(path)
	if err == nil && directory {
		info, err = os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return false, explain(path, err)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, explain(path, err)
	}
	return !directory || info.IsDir(), nil
}
