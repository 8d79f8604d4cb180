package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// closed lists addresses that no fetch may open a connection to.
var closed = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
	"127.0.0.1", "127.1.2.3", "127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
	"192.0.0.1", "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
	"198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
	"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
	"2001:2::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "3fff::1", "3fff:fff::1", "4000::1",
	"5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "8000::1", "e000::1",
}

// open lists addresses that must stay reachable.
var open = []string{
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
	"169.253.1.1", "169.255.1.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.169.0.1", "198.17.255.255", "198.20.0.0", "223.255.255.255",
	"::ffff:8.8.8.8", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "3ffe::1",
}

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for _, s := range closed {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range open {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
	if Public(netip.MustParseAddr("2606:4700::1111%eth0")) || Public(netip.Addr{}) {
		t.Error("an address with a zone, or none at all, counts as public")
	}
	if len(closed) < 60 {
		t.Errorf("the table has shrunk to %d addresses", len(closed))
	}
}

// dns answers name lookups from a table; each name may answer differently
// each time it is asked.
type dns struct {
	mu    sync.Mutex
	names map[string][][]string // name → answers, one list per lookup; the last repeats
	asked map[string]int
}

func (d *dns) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go d.serve(server)
		return client, nil
	}}
}

// serve speaks DNS over a stream: two bytes of length before each message.
func (d *dns) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		msg := make([]byte, int(head[0])<<8|int(head[1]))
		if _, err := io.ReadFull(c, msg); err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(msg) != nil || len(m.Questions) != 1 {
			return
		}
		if m.Questions[0].Name.String() == "slow.test." {
			continue // who asks for this name waits for ever
		}
		m.Response, m.Additionals = true, nil
		m.Answers = d.answers(m.Questions[0])
		out, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := c.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...)); err != nil {
			return
		}
	}
}

func (d *dns) answers(q dnsmessage.Question) []dnsmessage.Resource {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := strings.TrimSuffix(q.Name.String(), ".")
	lists := d.names[name]
	if len(lists) == 0 {
		return nil
	}
	key := name + q.Type.String()
	list := lists[min(d.asked[key], len(lists)-1)]
	d.asked[key]++
	var out []dnsmessage.Resource
	for _, s := range list {
		a := netip.MustParseAddr(s)
		h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && a.Is4():
			out = append(out, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		case q.Type == dnsmessage.TypeAAAA && a.Is6():
			out = append(out, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return out
}

func newDNS(names map[string][][]string) *dns { return &dns{names: names, asked: map[string]int{}} }

// counting starts a server on the loopback and counts the connections it gets.
func counting(t *testing.T, h http.HandlerFunc) (port string, conns *atomic.Int64) {
	t.Helper()
	conns = &atomic.Int64{}
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, conns
}

func bracket(ip string) string {
	if strings.Contains(ip, ":") {
		return "[" + ip + "]"
	}
	return ip
}

func TestNoFetchOpensAConnectionToAClosedAddress(t *testing.T) {
	inside, seen := counting(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("inside")) })
	target := ""
	front, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusFound)
	})
	names := map[string][][]string{"front.test": {{"127.0.0.1"}}}
	for i, ip := range closed {
		names["n"+string(rune('a'+i/26))+string(rune('a'+i%26))+".test"] = [][]string{{ip}}
	}
	c := New(Options{Ports: []int{atoi(inside)}, AllowHosts: []string{"front.test:" + front}, Resolver: newDNS(names).resolver(), PerHost: 1e6, Burst: 1000})
	t.Cleanup(c.Close)
	tries := 0
	refuse := func(way, url string) {
		t.Helper()
		tries++
		if _, err := c.Get(t.Context(), Request{URL: url}); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s %s: got %v, want a refusal", way, url, err)
		}
	}
	for i, ip := range closed {
		url := "http://" + bracket(ip) + ":" + inside + "/"
		refuse("direct", url)
		target = url
		refuse("redirect to", "http://front.test:"+front+"/")
		if a := netip.MustParseAddr(ip); a.Is4In6() { // no resolver hands these out as AAAA
			continue
		}
		name := "http://n" + string(rune('a'+i/26)) + string(rune('a'+i%26)) + ".test:" + inside + "/"
		refuse("DNS", name)
		target = name
		refuse("redirect to DNS", "http://front.test:"+front+"/")
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d connections reached the inside", n)
	}
	t.Logf("%d refusals over %d addresses", tries, len(closed))
}

func TestOddSpellingsOfLoopbackAreRefused(t *testing.T) {
	inside, seen := counting(t, func(http.ResponseWriter, *http.Request) {})
	c := New(Options{Ports: []int{atoi(inside)}, Resolver: newDNS(map[string][][]string{"localhost.localdomain": {{"127.0.0.1"}}}).resolver(), PerHost: 1e6, Burst: 1000})
	t.Cleanup(c.Close)
	for _, host := range []string{"localhost", "LOCALHOST.", "localhost.localdomain", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "[::]", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①", "127。0。0。1", "[fe80::1%25lo]"} {
		if _, err := c.Get(t.Context(), Request{URL: "http://" + host + ":" + inside + "/"}); err == nil {
			t.Errorf("%s was fetched", host)
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d connections reached the inside", n)
	}
}

func TestDNSRebindingIsDecidedOnTheDialledAddress(t *testing.T) {
	inside, seen := counting(t, func(http.ResponseWriter, *http.Request) {})
	d := newDNS(map[string][][]string{
		"flip.test": {{"93.184.216.34"}, {"127.0.0.1"}},
		"both.test": {{"127.0.0.1", "10.0.0.1", "::1", "fd00::1"}},
	})
	c := New(Options{Ports: []int{atoi(inside)}, Resolver: d.resolver()})
	t.Cleanup(c.Close)
	// A guard that looks the name up first would be content with this answer.
	if ips, err := d.resolver().LookupNetIP(t.Context(), "ip4", "flip.test"); err != nil || !Public(ips[0]) {
		t.Fatalf("first answer: %v %v", ips, err)
	}
	for _, name := range []string{"flip.test", "both.test"} {
		if _, err := c.Get(t.Context(), Request{URL: "http://" + name + ":" + inside + "/"}); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d connections reached the inside", n)
	}
}

func TestWhatTheConfigurationNamesIsReachable(t *testing.T) {
	port, _ := counting(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })
	res := newDNS(map[string][][]string{"bot-api.lan": {{"127.0.0.1"}}, "meta.lan": {{"169.254.169.254"}}}).resolver()
	for name, tc := range map[string]struct {
		o    Options
		url  string
		want bool
	}{
		"by name":                     {Options{AllowHosts: []string{"Bot-API.lan."}}, "http://bot-api.lan:" + port, true},
		"by name and port":            {Options{AllowHosts: []string{"bot-api.lan:" + port}}, "http://bot-api.lan:" + port, true},
		"by another port":             {Options{AllowHosts: []string{"bot-api.lan:1"}}, "http://bot-api.lan:" + port, false},
		"by range":                    {Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, "http://bot-api.lan:" + port, true},
		"by range, literal":           {Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, "http://127.0.0.1:" + port, true},
		"another range":               {Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, "http://127.0.0.1:" + port, false},
		"a trusted name, metadata ip": {Options{AllowHosts: []string{"meta.lan"}}, "http://meta.lan:" + port, false},
		"port alone is not enough":    {Options{Ports: []int{atoi(port)}}, "http://bot-api.lan:" + port, false},
	} {
		tc.o.Resolver = res
		c := New(tc.o)
		_, err := c.Get(t.Context(), Request{URL: tc.url})
		if tc.want && err != nil || !tc.want && !errors.Is(err, ErrBlocked) {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
}

func TestPublicAddressesAreRefusedOnOtherPorts(t *testing.T) {
	c := New(Options{Ports: []int{8443}})
	for port, want := range map[string]bool{"80": true, "443": true, "8443": true, "22": false, "6379": false, "8080": false} {
		err := c.policy.control("tcp4", "93.184.216.34:"+port, false)
		if (err == nil) != want {
			t.Errorf("port %s: %v", port, err)
		}
	}
	if err := c.policy.control("udp4", "93.184.216.34:443", false); !errors.Is(err, ErrBlocked) {
		t.Errorf("udp: %v", err)
	}
}

func TestEnvironmentProxiesAreIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if c := New(Options{}); c.pooled.Proxy != nil || c.single.Proxy != nil {
		t.Error("a proxy is consulted")
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"http://a@b", `http://a\@b`, "http://a#@b", "http://аррӏе.com", "http://a.com./", "http://a/%00", "http://a/\r\nX: y", "http://[::1%25eth0]/", "//a", "file:///etc/passwd", "gopher://a"} {
		f.Add(s)
	}
	c := New(Options{})
	f.Fuzz(func(t *testing.T, s string) {
		u, err := c.CheckURL(s)
		if err != nil {
			return
		}
		if u.Hostname() == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
			t.Errorf("%q passed as %v", s, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) {
			t.Errorf("%q passed with a closed address", s)
		}
	})
}

func atoi(s string) (n int) {
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}
