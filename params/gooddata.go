package params

import (
	"net/netip"
	"net/url"
	"strings"
)

// goodData settles where the platform is and who works there, from wherever
// that may come.
func (r *reader) goodData() {
	r.address()
	r.warnOfOtherHosts()
	r.account()
	if n := r.value("GDC_VERIFY_SSL"); n != nil {
		if on, err := toFlag(n); err == nil && !on {
			r.notes.warn(n.at, "take it out", "GDC_VERIFY_SSL has no effect: TLS is always verified")
		}
	}
}

// host returns what names the host when no url does.
func (r *reader) host() *node { return r.first("hostname", "CLIENT_GDC_HOSTNAME", "GDC_HOSTNAME") }

// warnOfOtherHosts tells of hosts that do not count since platform says where
// to go: whoever sets GDC_HOSTNAME, for a rehearsal or for another client, means
// that place.
func (r *reader) warnOfOtherHosts() {
	counts := "platform.url"
	if r.shown(counts) == nil {
		counts = "platform.hostname"
	}
	to, err := url.Parse(r.p.Platform.GoodData.URL)
	if r.around.kept || r.shown(counts) == nil || err != nil || to.Host == "" {
		return
	}
	for _, name := range []string{"CLIENT_GDC_HOSTNAME", "GDC_HOSTNAME"} {
		n := r.shown(name)
		if n == nil {
			n = r.variable(name)
		}
		if n != nil && !strings.EqualFold(strings.TrimSpace(n.text), to.Host) {
			r.notes.warn(n.at, "to go there take "+counts+" out of the params", "%s has no effect: %s names another host, and wins", name, counts)
		}
	}
}

// first returns what says a key of the platform: the key itself, then the
// first of the params of these names, then the first such variable; nil when
// none does. What stands where a secret was says nothing.
func (r *reader) first(key string, names ...string) *node {
	own := r.shown("platform." + key)
	if own != nil && !r.around.kept {
		return own
	}
	for _, name := range names {
		if n := r.shown(name); n != nil {
			return n
		}
	}
	for _, name := range names {
		if n := r.variable(name); n != nil {
			return n
		}
	}
	return own
}

// shown returns the value given for a path, nil when there is none or when it
// was taken out of params that were kept.
func (r *reader) shown(path string) *node {
	if n := r.value(path); n != nil && n.text != hiddenText {
		return n
	}
	return nil
}

// variable returns the value of a variable as if it were a param, nil when it
// is not set. What is secret may also lie in the file that the variable with
// _FILE at its end names, but not in both.
func (r *reader) variable(name string) *node {
	n := &node{form: isText, at: place{source: name}, text: r.around.lookup(name)}
	n.secret = find(r.fields, name).Secret
	if file := r.around.lookup(name + fileSuffix); n.secret && file != "" {
		n.at.source += fileSuffix
		if n.text != "" {
			r.notes.fail(n.at, "keep one of the two", "%s is set as well", name)
			return n
		}
		var readable bool
		if n.text, readable = r.around.contentOf(variable{n.at.source, file}, r.notes); readable && n.text == "" {
			r.notes.fail(n.at, "write the secret into it", "the file is empty")
		}
		return n
	}
	if strings.TrimSpace(n.text) == "" {
		return nil
	}
	return n
}

// address settles where the platform is.
func (r *reader) address() {
	if n := r.shown("platform.url"); n != nil {
		for _, path := range []string{"platform.hostname", "platform.protocol"} {
			if other := r.value(path); other != nil {
				r.notes.fail(other.at, "keep one of the two", "%s says again what platform.url says", path)
			}
		}
		r.setAddress(n, n, r.p.Platform.GoodData.URL)
		return
	}
	r.p.Platform.GoodData.URL = ""
	host, protocol := r.host(), r.first("protocol", "CLIENT_GDC_PROTOCOL", "GDC_PROTOCOL")
	if host == nil {
		r.notes.fail(r.placeOf("platform"), r.orWithParams(`add "url": "https://…", or set GDC_HOSTNAME`), "the platform gooddata has no address")
		return
	}
	scheme := "https"
	if protocol == nil {
		protocol = host
	} else {
		scheme = strings.TrimSpace(protocol.text)
	}
	name := strings.TrimSpace(host.text)
	if strings.Contains(name, "://") {
		r.notes.fail(host.at, "write the host alone, such as acme.gooddata.com, or the whole into platform.url", "a host is no address")
		return
	}
	r.setAddress(host, protocol, scheme+"://"+name)
}

// setAddress keeps an address that can be used. host and protocol are what
// names these parts of it. It may hold a password, so that no finding quotes
// it.
func (r *reader) setAddress(host, protocol *node, text string) {
	to := &r.p.Platform.GoodData.URL
	*to = ""
	if host.hidden() || protocol.hidden() {
		r.hide(to)
	}
	const hint = "write https://acme.gooddata.com, with a port where it has one"
	address, err := url.Parse(strings.TrimSuffix(strings.ToLower(text), "/"))
	switch {
	case err != nil || address.Hostname() == "":
		r.notes.fail(host.at, hint, "the address of the GoodData platform cannot be read")
	case address.User != nil:
		r.notes.fail(host.at, "the account belongs into username and password", "the address of the GoodData platform has a user in it")
	case address.Path != "" || address.RawQuery != "" || address.ForceQuery || address.Fragment != "":
		r.notes.fail(host.at, hint, "the address of the GoodData platform goes on behind the host")
	case address.Scheme != "https" && address.Scheme != "http":
		r.notes.fail(protocol.at, "write https", "the GoodData platform is reached by https")
	case address.Scheme == "http" && !loopback(address.Hostname()) && !r.around.on(allowHTTP):
		r.notes.fail(protocol.at, "write https; the operator permits http by "+allowHTTP+"=true", "http shows the password to everybody on the way")
	default:
		*to = address.String()
	}
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// orWithParams returns a hint, or when the params are those of a plan the
// other way to complete them.
func (r *reader) orWithParams(hint string) string {
	if r.around.kept {
		return "give the params of the plan with --params"
	}
	return hint
}
