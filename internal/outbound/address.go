package outbound

import (
	"net/netip"
	"slices"
	"strings"
)

// special lists what lies inside the address space we would call public but is
// not the public internet. Sources: the IANA special-purpose address
// registries for IPv4 and IPv6 as of 2026.
var special = prefixes(
	"0.0.0.0/8",       // this network; 0.0.0.0 reaches the local host
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier NAT; some clouds keep their metadata here
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local; cloud metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments; 192.0.0.192 is metadata on one cloud
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast
	"2001::/23",       // protocol assignments, among them Teredo
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4 carries an IPv4 address inside
	"3fff::/20",       // documentation
)

// global is the only part of IPv6 that is handed out for the public internet.
// Naming what is allowed also keeps out NAT64 (64:ff9b::/96), fc00::/7,
// fe80::/10, fec0::/10 and whatever is invented next.
var global = netip.MustParsePrefix("2000::/3")

// local is what a host that the configuration names may resolve to besides
// public addresses. Link-local stays out: a trusted name must not become a way
// to the cloud's metadata.
var local = prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public reports whether a is an address of the public internet.
func Public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if !a.IsValid() || within(special, a) {
		return false
	}
	return a.Is4() || global.Contains(a)
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// policy says which addresses may be dialled.
type policy struct {
	allow []netip.Prefix
	hosts map[string]bool // "name" or "name:port", lower case
	ports map[string]bool
}

// trusts reports whether the configuration names this host.
func (p policy) trusts(host, port string) bool {
	host = canonicalHost(host)
	return p.hosts[host] || p.hosts[host+":"+port]
}

// permits decides on the address that is really dialled, after DNS.
func (p policy) permits(addr netip.AddrPort, port string, trusted bool) bool {
	a := addr.Addr().Unmap()
	if a.Zone() == "" && within(p.allow, a) {
		return true
	}
	if trusted {
		return Public(a) || (a.Zone() == "" && within(local, a))
	}
	return p.ports[port] && Public(a)
}

// canonicalHost lowers the case and drops the trailing dot and brackets.
func canonicalHost(h string) string {
	h = strings.TrimSuffix(strings.TrimPrefix(h, "["), "]")
	return strings.ToLower(strings.TrimSuffix(h, "."))
}
