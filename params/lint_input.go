package params

import (
	"cmp"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf8"
)

// lintInput checks that the input is named completely, for its type.
func (r *reader) lintInput() {
	in := &r.p.Input
	given, found := r.given["input_source"]
	if !found {
		r.notes.fail(r.whole, `write "input_source": "users.csv"`, "input_source is missing")
		return
	}
	if given.value.form != isObject && given.value.form != isText {
		return
	}
	r.bucketOfClient()
	switch in.Type {
	case FileInput:
		r.needsKey("path", in.Path)
	case WebInput:
		r.needsKey("url", in.URL)
		r.lintAddress()
	case S3Input:
		r.needsKey("bucket", in.Bucket)
		r.needsKey("key", in.Key)
	case "":
		if !r.has("input_source.type") {
			r.notes.fail(given.value.at, `write "type": "file", "web" or "s3"`, "input_source has no type")
		}
	}
	r.lintForeignKeys()
	r.lintBytes()
}

// bucketOfClient takes the bucket of s3_client when the input names none. It
// stays hidden when it was.
func (r *reader) bucketOfClient() {
	in := &r.p.Input
	if in.Bucket != "" || in.S3.Bucket == "" {
		return
	}
	in.Bucket = in.S3.Bucket
	if n := r.value("s3_client.bucket"); n != nil && n.hidden() {
		r.hide(&in.Bucket)
	}
}

func (r *reader) needsKey(key, value string) {
	if value == "" && !r.has("input_source."+key) {
		r.notes.fail(r.placeOf("input_source"), `add "`+key+`": "…"`, "input_source of type %s has no %s", r.p.Input.Type, key)
	}
}

// lintForeignKeys warns of keys that mean something to another type only.
func (r *reader) lintForeignKeys() {
	if r.p.Input.Type == "" {
		return
	}
	for _, f := range inputField().Fields {
		path := "input_source." + f.Name
		if f.For != "" && f.For != string(r.p.Input.Type) && r.has(path) {
			r.notes.warn(r.given[path].at, "it is for type "+f.For, "%s has no effect for type %s", path, r.p.Input.Type)
		}
	}
}

// lintAddress never quotes the address, which may hold a secret.
func (r *reader) lintAddress() {
	in := &r.p.Input
	address, err := url.Parse(in.URL)
	switch at := r.placeOf("input_source.url"); {
	case in.URL == "":
	case err != nil:
		r.notes.fail(at, "write it as in a browser", "input_source.url is no web address")
	case address.Scheme == "":
		r.notes.warn(at, "write https://…", "input_source.url does not start with https:// or http://")
	case !strings.EqualFold(address.Scheme, "http") && !strings.EqualFold(address.Scheme, "https"):
		r.notes.fail(at, "write https://…", "input_source.url is neither http nor https")
	}
	if in.BearerToken.Given() && (in.Username != "" || in.Password.Given()) {
		r.notes.fail(r.placeOf("input_source.bearer_token"), "keep one of the two", "bearer_token and username or password cannot both be sent")
	}
}

// lintBytes checks what is said about the bytes of the file.
func (r *reader) lintBytes() {
	in := &r.p.Input
	if in.Delimiter != "auto" {
		r.oneCharacter("delimiter", in.Delimiter)
	}
	r.oneCharacter("quote", in.Quote)
	if cmp.Or(in.Quote, `"`) == cmp.Or(in.Delimiter, ",") {
		key := "quote"
		if in.Quote == "" {
			key = "delimiter"
		}
		r.notes.fail(r.placeOf("input_source."+key), "left out, the delimiter is a comma and the quote a double quote", "delimiter and quote are the same character")
	}
	in.SHA256 = strings.ToLower(in.SHA256)
	if sum, err := hex.DecodeString(in.SHA256); in.SHA256 != "" && (err != nil || len(sum) != 32) {
		n := r.value("input_source.sha256")
		r.notes.fail(n.at, "sha256sum prints them", "input_source.sha256 takes 64 hexadecimal digits, not %s", n.show())
	}
}

func (r *reader) oneCharacter(key, value string) {
	if value == "" || utf8.RuneCountInString(value) == 1 && !strings.ContainsAny(value, "\x00\r\n\ufffd") {
		return
	}
	n := r.value("input_source." + key)
	r.notes.fail(n.at, `a tab is "\t"`, "input_source.%s takes one character, not %s", key, n.show())
}
