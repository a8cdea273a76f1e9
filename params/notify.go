package params

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"users-brick/brick"
	"users-brick/brick/reach"
)

// Notification says who is told of a run, and when.
type Notification struct {
	Type string   // webhook or command
	When []string // occasions, at least one

	URL        string
	Secret     brick.Secret // the key of the signature; none when it is not given
	SecretFile string       // where the key was read
	Headers    map[string]brick.Secret

	Command []string // a program and its arguments
}

// The types of notifications.
const (
	WebhookNotice = "webhook"
	CommandNotice = "command"

	execNotice = "exec" // another word for command
)

// The occasions for a notification.
const (
	OnFailure = "failure" // something was not done that was to be done
	OnRefusal = "refusal" // nothing was done, because of the file or the guard
	OnChange  = "change"  // something was changed
	Always    = "always"
)

var (
	occasions      = []string{OnFailure, OnRefusal, OnChange, Always}
	usualOccasions = []string{OnFailure, OnRefusal}
)

// notice returns the notification that is being read: the last one. Without
// any, it is none of the params.
func (p *Params) notice() *Notification {
	if len(p.Notify) == 0 {
		return &Notification{}
	}
	return &p.Notify[len(p.Notify)-1]
}

// redactedNotify returns what may be shown of each notification. What is
// hidden in one is hidden in all.
func (p *Params) redactedNotify(path string, f *Field) []any {
	var shown []any
	for i := range p.Notify {
		one := Params{Notify: p.Notify[i : i+1], hidden: p.hidden}
		fields := one.redacted(path+".", f.Fields)
		if p.Notify[i].SecretFile != "" {
			delete(fields, "secret") // the file says it again
		}
		shown = append(shown, fields)
	}
	return shown
}

func (r *reader) lintNotify() {
	for i := range r.p.Notify {
		r.lintNotice(nth("notify", i), &r.p.Notify[i])
	}
}

func (r *reader) lintNotice(path string, n *Notification) {
	at := r.placeOf(path)
	if n.Type == execNotice {
		n.Type = CommandNotice
	}
	switch n.Type {
	case WebhookNotice:
		r.lintWebhook(path, n)
	case CommandNotice:
		r.lintCommand(path, n)
	case "":
		if !r.has(path + ".type") {
			r.notes.fail(at, `write "type": "webhook" or "command"`, "%s has no type", path)
		}
		return
	}
	r.lintOccasions(path, n)
	for _, f := range notifyField().Fields {
		if key := path + "." + f.Name; f.For != "" && f.For != n.Type && r.has(key) {
			r.notes.warn(r.given[key].at, "it is for type "+f.For, "%s has no effect for type %s", key, n.Type)
		}
	}
}

// lintOccasions brings the occasions into their form.
func (r *reader) lintOccasions(path string, n *Notification) {
	var when []string
	r.each(path+".when", n.When, func(text string, at *node) {
		word := brick.Fold(text)
		if !slices.Contains(occasions, word) {
			r.notes.fail(at.at, didYouMean(word, occasions, oneOf(occasions)), "%s in %s.when is no occasion", textOf(at, text), path)
		}
		when = append(when, word)
	})
	if n.When = brick.Set(when); len(n.When) == 0 {
		n.When = slices.Clone(usualOccasions)
	}
}

// lintWebhook never quotes the address, which may hold a secret.
func (r *reader) lintWebhook(path string, n *Notification) {
	at := r.placeOf(path)
	if r.has(path + ".url") {
		at = r.placeOf(path + ".url")
	}
	address, err := url.Parse(n.URL)
	switch {
	case n.URL == "":
		r.notes.fail(at, `add "url": "https://…"`, "%s has no url", path)
	case r.lost(n):
		r.notes.fail(at, "give the params of the plan with --params", "%s has secrets, and a plan keeps none", path)
	case err != nil || address.Hostname() == "" || !strings.EqualFold(address.Scheme, "http") && !strings.EqualFold(address.Scheme, "https"):
		r.notes.fail(at, "write https://… as in a browser", "%s.url is no web address", path)
	case reach.Surroundings(address.Hostname()) && !r.around.on(reach.Permit):
		r.notes.fail(at, reach.Hint, "%s.url leads to the machine's own surroundings", path)
	}
	for _, name := range headerNames(n.Headers) {
		if !headerName.MatchString(name) || strings.ContainsFunc(n.Headers[name].Reveal(), unicode.IsControl) {
			r.notes.fail(r.placeOf(path+".headers"), "write names and values as HTTP has them", "a header of %s cannot be sent", path)
		}
	}
	r.readSecret(path, n)
}

// headerName is a name that HTTP allows (RFC 9110, section 5.6.2).
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func headerNames(headers map[string]brick.Secret) []string {
	var names []string
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lost reports whether a notification was kept with a plan and has lost what
// is secret in it.
func (r *reader) lost(n *Notification) bool {
	if !r.around.kept {
		return false
	}
	for _, s := range n.Headers {
		if s.Reveal() == hiddenText {
			return true
		}
	}
	return strings.Contains(n.URL, hiddenText) || n.SecretFile == "" && n.Secret.Reveal() == hiddenText
}

// readSecret takes the key of the signature from its file.
func (r *reader) readSecret(path string, n *Notification) {
	if n.SecretFile == "" {
		return
	}
	at := r.placeOf(path + ".secret_file")
	if n.Secret.Given() && !r.around.kept {
		r.notes.fail(at, "keep one of the two", "%s has a secret and a secret_file", path)
		return
	}
	content, err := r.around.read(n.SecretFile)
	text := strings.TrimRight(string(content), "\r\n")
	switch {
	case err != nil:
		r.notes.fail(at, "the file must exist and be readable for this user", "%s.secret_file cannot be read", path)
	case text == "":
		r.notes.fail(at, "write the secret into it", "%s.secret_file names an empty file", path)
	}
	n.Secret = brick.NewSecret(text)
}

// lintCommand refuses programs unless the operator permits them: params may
// come from people who must not run programs here.
func (r *reader) lintCommand(path string, n *Notification) {
	at := r.placeOf(path)
	switch {
	case len(n.Command) == 0 || n.Command[0] == "":
		r.notes.fail(at, `add "command": ["/path/of/a/program", "argument"]`, "%s has no command", path)
	case !r.around.on(allowExec):
		r.notes.fail(at, "the operator permits it by "+allowExec+"=true, when the params come from people who may run programs here", "%s names a program", path)
	}
}
