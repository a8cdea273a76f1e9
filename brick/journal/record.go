package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// File is the name of the journal in the directory of its plan.
const File = "journal.ndjson"

// Version is the version of the journal that this program writes, and the only
// one it reads.
const Version = 1

// Header says to which plan a journal belongs, and who began it.
type Header struct {
	Plan    string    `json:"plan"`    // the plan's digest
	Changes int64     `json:"changes"` // how many the plan has
	RunID   string    `json:"run_id"`
	Started time.Time `json:"started"`
}

// mostChanges is how many changes a plan may have for its journal to be read:
// what is remembered of them must fit into memory.
const mostChanges = 1 << 28

// The kinds of lines.
const (
	headerKind  = "journal"
	begunKind   = "begun"   // changes are about to be sent
	becameKind  = "became"  // what became of some
	resumedKind = "resumed" // another run goes on from here
)

// headerRecord is the first line.
type headerRecord struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Header
}

// record is any other line.
type record struct {
	Kind string `json:"kind"`

	Seqs runs      `json:"seqs,omitzero"` // begun: which; batches are counted from 1
	At   time.Time `json:"at,omitzero"`   // resumed: when

	Batch   int64     `json:"batch,omitzero"`   // became: the batch of which all is done that is not named below
	Done    runs      `json:"done,omitzero"`    // what holds without having been begun in a batch
	Failed  []failure `json:"failed,omitzero"`  // what the platform refused
	Held    runs      `json:"held,omitzero"`    // what the guard held back
	Unknown runs      `json:"unknown,omitzero"` // what may have taken place
	Untried runs      `json:"untried,omitzero"` // what was not sent after all
}

// failure is a change that failed, and why.
type failure struct {
	Seq       int64      `json:"seq"`
	Kind      brick.Kind `json:"error"`
	Text      string     `json:"text"`
	Hint      string     `json:"hint,omitzero"`
	RequestID string     `json:"request_id,omitzero"`
}

// failureOf takes from an error what a report tells of it; whom it concerns
// the plan knows.
func failureOf(seq int64, err error) failure {
	f := failure{Seq: seq, Kind: brick.KindOf(err), Text: fmt.Sprint(err)}
	if e, ok := errors.AsType[*brick.Error](err); ok {
		f.Hint, f.RequestID = e.Hint, e.RequestID
		if e.Err != nil {
			f.Text = strings.Replace(f.Text, e.Error(), e.Err.Error(), 1)
		}
	}
	return f
}

func (f *failure) err() error {
	return &brick.Error{Kind: f.Kind, Hint: f.Hint, RequestID: f.RequestID, Err: errors.New(f.Text)}
}

// recordOf tells what became of changes. Those of a batch that are done are
// not named, since most are.
func recordOf(batch int64, seqs []int64, out *plan.Outcome) record {
	r := record{Kind: becameKind, Batch: batch}
	var done, held, unknown, untried runner
	for _, seq := range seqs {
		switch out.Of(seq) {
		case plan.Done:
			if batch == 0 {
				done.add(seq)
			}
		case plan.Failed:
			r.Failed = append(r.Failed, failureOf(seq, out.Err(seq)))
		case plan.HeldBack:
			held.add(seq)
		case plan.Unknown:
			unknown.add(seq)
		default:
			untried.add(seq)
		}
	}
	r.Done, r.Held, r.Unknown, r.Untried = done.runs, held.runs, unknown.runs, untried.runs
	return r
}

var checksums = crc32.MakeTable(crc32.Castagnoli)

const (
	sealHead = `,"crc":"`
	sealTail = "\"}\n"
	sealSize = len(sealHead) + 8 + len(sealTail)
)

// seal makes a line of a record: its checksum covers it and, through the
// checksum before, all that comes before it.
func seal(before uint32, rec any) (line []byte, sum uint32, err error) {
	text, err := json.Marshal(rec)
	if err != nil {
		return nil, 0, err
	}
	body := text[:len(text)-len("}")]
	sum = crc32.Update(before, checksums, body)
	return fmt.Appendf(body, "%s%08x%s", sealHead, sum, sealTail), sum, nil
}

// unseal returns the checksum that a line claims, whether it claims one at
// all, and whether that fits.
func unseal(before uint32, line []byte) (sum uint32, sealed, fits bool) {
	at := len(line) - sealSize
	if at < 0 || string(line[at:at+len(sealHead)]) != sealHead || string(line[len(line)-len(sealTail):]) != sealTail {
		return 0, false, false
	}
	claimed, err := strconv.ParseUint(string(line[at+len(sealHead):len(line)-len(sealTail)]), 16, 32)
	if err != nil {
		return 0, false, false
	}
	sum = crc32.Update(before, checksums, line[:at])
	return sum, true, sum == uint32(claimed)
}
