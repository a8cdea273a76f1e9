package file_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/file"
)

// write returns the path of a file with the text.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, s file.Source) *inputs.Stream {
	t.Helper()
	stream, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.Close() })
	return stream
}

func TestFileIsReadToItsEnd(t *testing.T) {
	path := write(t, "login\na@x.com\n")
	stream := open(t, file.Source{Path: path})
	got, err := io.ReadAll(stream)
	if err != nil || string(got) != "login\na@x.com\n" {
		t.Fatalf("read %q, error %v", got, err)
	}
	if stream.Name != path || stream.Size != 14 || stream.Bytes() != 14 || stream.Modified.IsZero() {
		t.Errorf("origin %+v, %d bytes", stream.Origin, stream.Bytes())
	}
}

func TestDashIsStandardInput(t *testing.T) {
	stream := open(t, file.Source{Path: "-", Stdin: strings.NewReader("login\n")})
	got, err := io.ReadAll(stream)
	if err != nil || string(got) != "login\n" || stream.Size != -1 {
		t.Errorf("read %q, size %d, error %v", got, stream.Size, err)
	}
}

func TestPathThatCannotBeReadSaysWhatToDo(t *testing.T) {
	for name, tt := range map[string]struct{ path, text, hint string }{
		"not there":         {filepath.Join(t.TempDir(), "none.csv"), "no such file", "working directory"},
		"a directory":       {t.TempDir(), "directory", "CSV file in it"},
		"none":              {"", "no path", "path"},
		"no standard input": {"-", "no standard input", "path"},
		"below a file":      {filepath.Join(write(t, ""), "users.csv"), "not a directory", "check the path"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := file.Source{Path: tt.path}.Open(t.Context())
			if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), tt.hint) {
				t.Errorf("error %v, want %q with the hint %q", err, tt.text, tt.hint)
			}
		})
	}
}

func TestUnreadableFileIsRefused(t *testing.T) {
	path := write(t, "login\n")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil {
		f.Close()
		t.Skip("this user may read everything")
	}
	_, err := file.Source{Path: path}.Open(t.Context())
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "let the user") {
		t.Errorf("error %v", err)
	}
}

func TestFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	const text = "login\na@x.com\nb@x.com\n"
	for name, change := range map[string]func(path string) error{
		"shorter": func(path string) error { return os.Truncate(path, 10) },
		"longer":  func(path string) error { return appendTo(path, "c@x.com\n") },
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1_000_000_000, 0)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, text)
			stream := open(t, file.Source{Path: path})
			if _, err := io.ReadFull(stream, make([]byte, 5)); err != nil {
				t.Fatal(err)
			}
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			_, err := io.ReadAll(stream)
			if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "the file") {
				t.Errorf("error %v, want a refusal", err)
			}
		})
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Close()
}
