package plan

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// lineSize is how many bytes of lines.bin a change has.
const lineSize = 8

// AppendLine appends the entry of lines.bin for a change: the first of the
// person's rows, 0 when the file does not name him.
//
// Lines are kept beside the plan and not in it, so that the order of rows
// never changes the plan.
func AppendLine(dst []byte, lines []int) []byte {
	first := 0
	if len(lines) > 0 {
		first = lines[0]
	}
	return binary.BigEndian.AppendUint64(dst, uint64(first))
}

// WriteLines writes the entries of all changes, in the order of the plan.
func WriteLines(dir string, entries io.WriterTo) error {
	f, err := os.OpenFile(filepath.Join(dir, LinesFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	_, err = entries.WriteTo(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	return nil
}

// Line returns the line in the file that asks for a change, 0 when it is not
// known.
func (p *Plan) Line(seq int64) int {
	f, err := os.Open(filepath.Join(p.Dir, LinesFile))
	if err != nil {
		return 0
	}
	defer f.Close()
	return lineAt(f, seq)
}

func lineAt(lines io.ReaderAt, seq int64) int {
	var entry [lineSize]byte
	if _, err := lines.ReadAt(entry[:], (seq-1)*lineSize); err != nil {
		return 0
	}
	return int(binary.BigEndian.Uint64(entry[:]))
}
