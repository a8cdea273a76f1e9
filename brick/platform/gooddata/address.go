package gooddata

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"users-brick/brick"
)

// address reads Options.URL: a scheme and a host, with a port where it is
// not the usual one.
func address(o *Options) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(o.URL))
	switch {
	case strings.TrimSpace(o.URL) == "":
		return nil, badAddress("the address of the platform is missing")
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, badAddress("the address of the platform cannot be read")
	case u.User != nil:
		return nil, badAddress("the address of the platform must not hold a user name or a password")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, badAddress("the address of the platform must end with the host")
	}
	switch u.Scheme {
	case "https":
	case "http":
		if !o.AllowHTTP && !loopback(u.Hostname()) {
			return nil, badAddress("the address of the platform must begin with https://, or the password would travel for all to read")
		}
	default:
		return nil, badAddress("the address of the platform must begin with https://")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func badAddress(what string) error {
	return &brick.Error{Kind: brick.BadInput, Err: errors.New(what), Hint: "write it like https://acme.gooddata.com"}
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
