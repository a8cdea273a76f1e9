package gooddatatest

import (
	"fmt"
	"net/http"
)

// The content types of answers, as they were recorded.
const (
	javaType  = "application/json;charset=UTF-8"
	plainType = "application/json"
	perlType  = "application/json; charset=utf-8"
)

// answer is what a request is answered with.
type answer struct {
	status int
	kind   string // content type; empty when there is no body
	body   []byte
	header [][2]string // others
}

// ok answers 200 with a document.
func ok(body out) answer { return answer{status: http.StatusOK, kind: javaType, body: body} }

// bare answers with a status alone.
func bare(status int) answer { return answer{status: status} }

// with adds a header.
func (a answer) with(name, value string) answer {
	a.header = append(a.header[:len(a.header):len(a.header)], [2]string{name, value})
	return a
}

// created answers 201 with the URI of what was made.
func created(kind, uri string) answer {
	return answer{status: http.StatusCreated, kind: kind, body: out(nil).raw(`{"uri":`).text(uri).raw(`}`)}.with("Location", uri)
}

// javaError answers with an error as the web application words it. The
// parameters fill the %s of the message.
func (c *call) javaError(status int, class, code, message string, parameters ...string) answer {
	body := out(nil).raw(`{"error":{"errorClass":`).text(class).raw(`,"trace":"","message":`).text(message).
		raw(`,"component":"Webapp","errorId":`).text(c.errorID()).raw(`,"errorCode":`).text(code).
		raw(`,"parameters":`).list(parameters).raw(`}}`)
	return answer{status: status, kind: javaType, body: body}
}

// perlError answers with an error as the older backends word it.
func (c *call) perlError(status int, class, message string, parameters ...string) answer {
	body := out(nil).raw(`{"error":{"parameters":`).list(parameters).raw(`,"requestId":`).text(c.echo()).
		raw(`,"component":"Apache::REST","errorClass":`).text(class).raw(`,"message":`).text(message).raw(`}}`)
	return answer{status: status, kind: javaType, body: body}
}

// errorID returns the id of this request's error.
func (c *call) errorID() string {
	a, b := mixed(uint64(c.n), 1), mixed(uint64(c.n), 2)
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0xfff, b&0xffffffffffff)
}

// mixed returns a number that seems to have nothing to do with either.
func mixed(n, salt uint64) uint64 { // splitmix64
	x := n*0x9e3779b97f4a7c15 + salt*0xd1b54a32d192ed03 + 0x632be59bd9b4e019
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (c *call) notDomainAdmin() answer {
	return c.javaError(http.StatusForbidden, "com.gooddata.security.authorization.AuthorizationFailedException",
		"gdc.security.authorization", "Can be accessed only by domain admin")
}

func (c *call) notFound() answer {
	return c.javaError(http.StatusNotFound, "com.gooddata.commons.http.exception.NotFoundException",
		"gdc.http.client.status.404", "Resource %s not found", c.r.URL.Path)
}

func (c *call) objectNotFound(id string) answer {
	return c.perlError(http.StatusNotFound, "GDC::Exception::NotFound", "Object ID %s not found", id)
}

func (c *call) forbidden() answer {
	return c.perlError(http.StatusForbidden, "GDC::Exception::Forbidden", "Access denied")
}

// malformed answers that a value of a document cannot be.
func (c *call) malformed(value, where string) answer {
	return c.javaError(http.StatusBadRequest, "com.gooddata.json.validator.exception.MalformedMessageException",
		"gdc.json.malformed", "Bad value '%s' in %s", value, where)
}

// badStructure is malformed for the older backends.
func (c *call) badStructure(what, result string) answer {
	return c.perlError(http.StatusBadRequest, "GDC::Exception::User", "Checking '%s', result %s", what, result)
}
