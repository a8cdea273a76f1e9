package web

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"users-brick/inputs/fetch"
)

// refusePage refuses a body that is no file but a page: a login form, an
// error. Its first bytes decide: servers often say text/html of what is CSV.
func (d *download) refusePage(head []byte, h http.Header) error {
	text := fetch.Text(head)
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	ending := strings.ToLower(path.Ext(d.address.Path))
	isHTML := strings.Contains(kind, "html") && bytes.HasPrefix(text, []byte("<"))
	switch {
	case (isHTML || fetch.IsPage(head)) && !slices.Contains([]string{".html", ".htm", ".xhtml"}, ending):
		return refuse(d.op, fmt.Errorf("the server sends a web page in place of the file%s", d.titleOf(text)), "it is often a login form: check the address, and give the credentials that it wants")
	case isJSON(h) && len(text) > 0 && (text[0] == '{' || text[0] == '[') && ending != ".json":
		said := "the server sends JSON in place of the file"
		if message := d.secrets.Clean(messageIn(text)); message != "" && !d.foreign {
			said += ": " + message
		}
		return refuse(d.op, errors.New(said), "check the address; it may lead to a program in place of the file")
	}
	return nil
}

// titleOf returns the title of a page in the form of an addition.
func (d *download) titleOf(page []byte) string {
	_, after, found := bytes.Cut(page, []byte("<title>"))
	title, _, closed := bytes.Cut(after, []byte("</title>"))
	if !found || !closed || d.foreign {
		return ""
	}
	return fmt.Sprintf(" (%q)", d.secrets.Clean(html.UnescapeString(string(title))))
}
