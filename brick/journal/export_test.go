package journal

import (
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"users-brick/brick/plan"
)

// Over returns a journal that goes on after a header in another place, where a
// test can watch what is written, and break it.
func Over(f file, sum uint32) *Journal { return newJournal(f, sum, 0) }

// Seal makes a line, so that a test can write one that the program never
// would.
func Seal(before uint32, rec any) ([]byte, uint32) {
	line, sum, err := seal(before, rec)
	if err != nil {
		panic(err)
	}
	return line, sum
}

// FirstLine is the line of a header, and its checksum.
func FirstLine(h Header) ([]byte, uint32) { return Seal(0, headerRecord{headerKind, Version, h}) }

// SealText makes a line of the beginning of one, whatever it says.
func SealText(before uint32, text string) ([]byte, uint32) {
	body := []byte(strings.TrimSuffix(text, "}"))
	sum := crc32.Update(before, checksums, body)
	return fmt.Appendf(body, "%s%08x%s", sealHead, sum, sealTail), sum
}

// Read reads a journal of the plan with a digest.
func Read(file io.Reader, digest string) (*plan.Outcome, error) {
	r, err := read(file, digest)
	if err != nil {
		return nil, err
	}
	return r.out, nil
}
