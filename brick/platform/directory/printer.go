package directory

import (
	"bufio"
	"bytes"
	"encoding/json"
)

// printer writes JSON piece by piece, one element of a list to a line. Errors
// of writing stay with the bufio.Writer until it is flushed.
type printer struct {
	w     *bufio.Writer
	first bool // no element of the innermost open list is written yet
}

func (p *printer) text(s string) { p.w.WriteString(s) }

func (p *printer) value(v any) error {
	text, err := encode(v)
	p.w.Write(text)
	return err
}

// list writes a list whose elements fill writes by element.
func (p *printer) list(indent string, fill func() error) error {
	p.text("[")
	p.first = true
	err := fill()
	if !p.first {
		p.text("\n" + indent)
	}
	p.text("]")
	return err
}

func (p *printer) element(indent string, write func() error) error {
	if !p.first {
		p.text(",")
	}
	p.text("\n " + indent)
	err := write()
	p.first = false
	return err
}

// encode writes a value as JSON, without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
