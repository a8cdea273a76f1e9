package reach

import (
	"net/netip"
	"strings"
)

// Surroundings reports whether a host is an address of the machine's own
// surroundings: a link-local one, or one at which a cloud tells machines their
// credentials. A name is none, as far as it goes: see [Connect].
func Surroundings(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && surround(ip)
}

func surround(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if ip4, ok := embedded(ip); ok {
		ip = ip4
	}
	if ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() {
		return true
	}
	for _, cloud := range clouds() {
		if cloud.Contains(ip) {
			return true
		}
	}
	return false
}

// clouds are the addresses at which clouds tell machines their credentials,
// beside the link-local ones.
func clouds() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("fd00:ec2::/32"),      // Amazon over IPv6: the machine's metadata and a pod's identity
		netip.MustParsePrefix("fd20:ce::254/128"),   // Google over IPv6
		netip.MustParsePrefix("168.63.129.16/32"),   // Azure: what its agent asks
		netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
		netip.MustParsePrefix("192.0.0.192/32"),     // Oracle
	}
}

// embedded returns the IPv4 address that a translator makes of an IPv6
// address: NAT64 (RFC 6052) or 6to4 (RFC 3056).
func embedded(ip netip.Addr) (netip.Addr, bool) {
	bytes := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip):
		return netip.AddrFrom4([4]byte(bytes[12:16])), true
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(bytes[2:6])), true
	}
	return netip.Addr{}, false
}
