package lock

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// info is what lies beside a lock that is held.
type info struct {
	Target  string `json:"target"`
	Project string `json:"project,omitzero"`
	Shard   string `json:"shard,omitzero"`
	Place   string `json:"place,omitzero"` // of the lock, see [Ended]
	Owner
}

// write replaces the info, so that readers see the old one or the new one.
// Only the holder of the lock calls it.
func (i *info) write(path string) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	temp := path + ".new"
	if err := os.WriteFile(temp, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// maxInfo is how much of an info is read; ours are far smaller.
const maxInfo = 1 << 16

// readInfo returns what lies at path, and false when that is no info.
func readInfo(path string) (info, bool) {
	f, err := os.Open(path)
	if err != nil {
		return info{}, false
	}
	defer f.Close()
	text := make([]byte, maxInfo)
	n, _ := f.Read(text)
	var i info
	if json.Unmarshal(text[:n], &i) != nil || i.RunID == "" {
		return info{}, false
	}
	return i, true
}

// infosOf returns the paths of the infos that may lie beside the locks of a
// target: its own, and those of its projects.
func infosOf(dir, target string) []string {
	var paths []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name, isInfo := strings.CutSuffix(e.Name(), infoSuffix)
		if isInfo && (name == target || strings.HasPrefix(name, target+"-")) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}

// latest returns the owner with the latest sign of life among the infos; the
// zero Owner when there is none.
func latest(paths []string) Owner {
	var last Owner
	for _, path := range paths {
		if i, ok := readInfo(path); ok && (last.RunID == "" || i.Renewed.After(last.Renewed)) {
			last = i.Owner
		}
	}
	return last
}

// forget takes away infos of runs that are gone and returns whose they were.
// Of several who do so at once, one gets each.
func forget(paths []string) []Owner {
	var gone []Owner
	for _, path := range paths {
		i, ok := readInfo(path)
		if os.Remove(path) == nil && ok {
			gone = append(gone, i.Owner)
		}
	}
	return gone
}
