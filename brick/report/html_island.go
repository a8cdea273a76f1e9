package report

import (
	"bufio"
	"encoding/json"
	"fmt"
)

// islandRows is how many rows one script element holds, so that a page reads
// only those that somebody looks at.
const islandRows = 1000

// island writes rows into a page as data: JSON arrays in script elements of a
// type that no browser runs. encoding/json writes <, > and & as codes, so that
// no text can end the element.
type island struct {
	out  *bufio.Writer
	kind string
	room int64 // how many bytes it may still write
	n    int64 // rows so far
	full bool  // a row had no room; none is written after it
}

// openIsland is more than the tags around islandRows rows need.
const openIsland = 80

// add writes a row, unless there is no room.
func (i *island) add(row []any) error {
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	need := int64(len(text)) + 1
	if i.n%islandRows == 0 {
		need += openIsland
	}
	if i.full = i.full || need > i.room; i.full {
		return nil
	}
	switch {
	case i.n%islandRows != 0:
		i.out.WriteByte(',')
	default:
		i.end()
		fmt.Fprintf(i.out, "<script type=\"application/json\" class=%q>[", i.kind)
	}
	i.room -= need
	i.n++
	_, err = i.out.Write(text)
	return err
}

// end closes the element at hand, if there is one.
func (i *island) end() {
	if i.n > 0 {
		i.out.WriteString("]</script>\n")
	}
}

// lexicon holds texts that come again and again, such as roles and reasons, so
// that rows name them by number. It is small: what comes late stands in its row.
type lexicon struct {
	index map[string]int
	words []string
	room  int // bytes
}

// The bounds of a lexicon, in bytes.
const (
	lexiconRoom = 800_000
	longestWord = 200
)

// newLexicon returns a lexicon whose number 0 is the empty text.
func newLexicon() *lexicon {
	return &lexicon{index: map[string]int{"": 0}, words: []string{""}, room: lexiconRoom}
}

// name returns a text as a row has it: its number, or the text itself.
func (l *lexicon) name(text string) any {
	text = visible(text)
	if n, known := l.index[text]; known {
		return n
	}
	// Its quotes and comma, and codes of six bytes for each byte at worst.
	if cost := 6*len(text) + 3; len(text) <= longestWord && cost <= l.room {
		l.room -= cost
		l.index[text] = len(l.words)
		l.words = append(l.words, text)
		return l.index[text]
	}
	return text
}
