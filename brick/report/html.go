package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
)

// assets are the parts of the page: its frame, its style and its script. They
// are put together as they are; there is no build step.
//
//go:embed page/index.tmpl page/style.css page/script.js
var assets embed.FS

// pageLimit is how many bytes a page has at most. Changes, scopes and people
// beyond it are only counted.
const pageLimit = 19_900_000

// HTML writes the report as one page for people, which asks no other place
// for anything. It is streamed: what a page knows of each change is written as
// data, a row each, and drawn by the page's script when somebody looks. Without
// the script the page still has totals, the guard's objections, the first
// people that something was not done with, and the first scopes.
func (r *Report) HTML(w io.Writer) error {
	counting := &measured{w: w}
	out := bufio.NewWriterSize(counting, 1<<16)
	frame, err := template.New("page").Funcs(template.FuncMap{"v": visible, "n": grouped, "more": beyond}).ParseFS(assets, "page/index.tmpl")
	if err != nil {
		return err
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	if err := frame.ExecuteTemplate(out, "top", p); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	room := pageLimit - counting.n - int64(len(p.Script)) - closing
	if err := r.islands(out, room, p.AllPeople); err != nil {
		return err
	}
	if err := frame.ExecuteTemplate(out, "bottom", p); err != nil {
		return err
	}
	return out.Flush()
}

// closing is more than the tags need that end a page.
const closing = 1000

// measured counts what is written.
type measured struct {
	w io.Writer
	n int64
}

// Write passes bytes on.
func (c *measured) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// policy lets a browser run the page's own style and script, known by their
// digests, and ask for nothing at all.
func policy(style, script string) string {
	return "default-src 'none'; style-src '" + digest(style) + "'; script-src '" + digest(script) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// grouped writes a number as people read it: 1,234,567.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
