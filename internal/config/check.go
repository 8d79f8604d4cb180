package config

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"rasid/internal/cases"
)

// connected are the kinds that speak through an account.
var connected = []string{"telegram", "discord"}

// nameShape is what a name is made of.
var nameShape = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$`)

// goodName reports whether a name has the right shape and at most forty letters. To
// count them in the expression takes two megabytes.
func goodName(name string) bool {
	return utf8.RuneCountInString(name) <= 40 && nameShape.MatchString(name)
}

// fault reports a mistake at a path, unless that value already has one.
func (r *reader) fault(path, cause, write string) {
	if r.has(path) || r.judged(path) {
		return
	}
	r.add(lineOf(r.root, path), path, cause, write)
}

// lineOf is the line of the value at a path; 0 when it is not in the file.
func lineOf(root *yaml.Node, path string) int {
	if n := find(root, path); n != nil {
		return n.Line
	}
	return 0
}

// whole reports a mistake in a list as a whole, whatever its items suffer from.
func (r *reader) whole(path, cause, write string) {
	if !r.judged(path) && !slices.ContainsFunc(r.found, func(p Problem) bool { return p.Path == path }) {
		r.add(lineOf(r.root, path), path, cause, write)
	}
}

// check looks the whole configuration over and fills in what follows from the
// rest: the account of a part, the language of a room, the place for answers.
func (r *reader) check(c *Config) {
	r.checkBusiness(&c.Business)
	r.checkHouse(c)
	r.checkHours(c)
	r.checkConsole(&c.Console)
	r.checkNetwork(c.Network)
	r.checkAccounts(c)
	r.checkRooms(c)
	r.checkSources(c)
	r.checkStaff(c)
	r.checkPolicy(c)
	r.checkDigest(c)
}

func (r *reader) checkBusiness(b *Business) {
	if blank(b.Name.AR) && blank(b.Name.EN) {
		r.fault("business.name", "the business has no name", "name: {ar: …, en: …}")
	}
	if strings.ContainsAny(b.About, "\r\n") {
		r.fault("business.about", "more than one line", "what the business sells, in one line")
	}
	for _, t := range []struct{ path, text string }{{"business.private.ar", b.Private.AR}, {"business.private.en", b.Private.EN}} {
		if len([]rune(t.text)) > 160 {
			r.fault(t.path, "longer than 160 letters, and every reply ends with it", "one short sentence")
		}
	}
	if b.Match == "" {
		b.Match = defaultMatch(b.Name)
	}
}

// defaultMatch finds the business by its names, as whole phrases.
func defaultMatch(name Text) string {
	var either []string
	for _, n := range []string{name.AR, name.EN} {
		if n = strings.TrimSpace(strings.NewReplacer(`"`, " ", "“", " ", "”", " ", "„", " ").Replace(n)); n != "" {
			either = append(either, `"`+n+`"`)
		}
	}
	return strings.Join(slices.Compact(either), " OR ")
}

func (r *reader) checkHouse(c *Config) {
	if blank(c.Data) {
		r.fault("data", "no folder", "a folder name, like data")
	}
	if scheme, _, has := strings.Cut(c.Database, "://"); has && !isPostgres(c.Database) {
		r.fault("database", fmt.Sprintf("%s:// is not a database we know", scheme), "the path of a file, or postgres://…")
	}
	if c.Keep < day {
		r.fault("keep", "shorter than a day", "how long to keep texts and names, like 400d")
	}
}

func (r *reader) checkConsole(c *Console) {
	if c.Listen != "off" {
		r.checkListen(c)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		missing := "tls_key"
		if c.TLSCert == "" {
			missing = "tls_cert"
		}
		r.fault("console."+missing, "a certificate and its key belong together", missing+": path")
	}
	if c.URL != "" {
		if _, ok := cases.WebAddress(c.URL); !ok {
			r.fault("console.url", "not the address of a page", "an address like https://rasid.example.com")
		}
	}
	for i, p := range c.Proxies {
		if _, ok := prefixOf(p); !ok {
			r.fault(fmt.Sprintf("console.proxies[%d]", i), fmt.Sprintf("%q is not an address", p), "an IP address or range, like 10.0.0.2 or 10.0.0.0/24")
		}
	}
}

// checkListen refuses to show customers' words to a whole network by accident.
func (r *reader) checkListen(c *Console) {
	host, port, err := net.SplitHostPort(c.Listen)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		r.fault("console.listen", fmt.Sprintf("%q is not an address with a port", c.Listen), "127.0.0.1:8321, or off")
		return
	}
	if loopback(host) || c.TLSCert != "" || len(c.Proxies) > 0 {
		return
	}
	r.fault("console.listen", "the page would be open to other machines without encryption", fmt.Sprintf("127.0.0.1:%s, or give tls_cert and tls_key, or name the proxies in front of it", port))
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// prefixOf reads an address or a range.
func prefixOf(s string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p, err == nil
}

var hostName = regexp.MustCompile(`^[\p{L}\p{N}_]([\p{L}\p{N}_-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}_-]+)*\.?(:\d{1,5})?$`)

func (r *reader) checkNetwork(n Network) {
	for i, entry := range n.Allow {
		path := fmt.Sprintf("network.allow[%d]", i)
		p, isRange := prefixOf(entry)
		_, _, hasPort := strings.Cut(entry, "/")
		switch {
		case strings.Contains(entry, "://"):
			r.fault(path, fmt.Sprintf("%q is a whole address", entry), "only the host, the IP address or the range")
		case isRange && p.Bits() == 0:
			r.fault(path, "this allows every address there is", "the one host or range that is needed")
		case isRange && p.Masked() != p:
			r.fault(path, fmt.Sprintf("%q points inside its range", entry), p.Masked().String())
		case !isRange && (hasPort || !hostName.MatchString(entry)):
			if _, err := netip.ParseAddrPort(entry); err != nil {
				r.fault(path, fmt.Sprintf("%q is neither a host nor a range", entry), "a host name, an IP address, or a range like 10.1.0.0/16")
			}
		}
	}
}

func (r *reader) checkAccounts(c *Config) {
	for name, a := range c.Accounts {
		path := "accounts." + shown(name)
		if a.reader == nil {
			continue // not even a section; reported
		}
		if !goodName(name) {
			r.fault(path, "this is not a name", "letters, digits, - and _ only")
		}
		if a.Kind == "" {
			r.fault(path+".kind", "no kind", "kind: "+orList(connected))
		}
	}
}

// account finds the account a part speaks through.
func (r *reader) account(c *Config, path, kind, named string) string {
	if named != "" {
		a, ok := c.Accounts[named]
		names := slices.Sorted(maps.Keys(c.Accounts))
		switch {
		case !ok:
			r.fault(path+".account", fmt.Sprintf("there is no account %q%s", named, hint(named, names)), cmp.Or(orList(names), "the account under accounts: first"))
		case a.Kind != kind && slices.Contains(connected, kind):
			r.fault(path+".account", fmt.Sprintf("account %s is of kind %s, not %s", named, a.Kind, kind), "an account of kind "+kind)
		}
		return named
	}
	if !slices.Contains(connected, kind) {
		return ""
	}
	var fits []string
	for name, a := range c.Accounts {
		if a.Kind == kind {
			fits = append(fits, name)
		}
	}
	slices.Sort(fits)
	switch len(fits) {
	case 0:
		r.fault(path+".account", "there is no account of kind "+kind, fmt.Sprintf("accounts: {%s: {kind: %s, token: \"${%s_TOKEN}\"}}", kind, kind, strings.ToUpper(kind)))
		return ""
	case 1:
		return fits[0]
	}
	r.fault(path+".account", "there are several accounts of kind "+kind, "account: "+orList(fits))
	return ""
}

func hint(got string, words []string) string {
	if near := nearest(got, words); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

// named checks the name of item i of a list and that it is not taken.
func (r *reader) named(path, name string, taken map[string]int, i int) {
	switch {
	case blank(name):
		r.fault(path, "no name", "a short name that stays the same, like "+path[strings.LastIndex(path, ".")+1:]+": reviews")
		return
	case !goodName(name):
		r.fault(path, fmt.Sprintf("%q is not a name", name), "letters, digits, - and _ only, at most 40")
		return
	}
	key := strings.ToLower(name)
	if first, twice := taken[key]; twice {
		list := path[:strings.Index(path, "[")]
		r.fault(path, fmt.Sprintf("the name %q is taken by %s[%d]", name, list, first), "another name")
		return
	}
	taken[key] = i
}

func (r *reader) checkSources(c *Config) {
	if len(c.Sources) == 0 {
		r.whole("sources", NothingToWatch, "at least one source, like - {name: reviews, kind: feed, url: https://…}")
	}
	taken := map[string]int{}
	for i := range c.Sources {
		s := &c.Sources[i]
		path := fmt.Sprintf("sources[%d]", i)
		if s.reader == nil {
			continue // not even a section; reported
		}
		r.named(path+".name", s.Name, taken, i)
		if s.Kind == "" {
			r.fault(path+".kind", "no kind", "kind: feed, telegram, discord …")
		}
		s.Account = r.account(c, path, s.Kind, s.Account)
		if find(s.node, "every") != nil && (s.Every < time.Second || s.Every > 7*day) {
			r.fault(path+".every", "not between one second and seven days", "a pause that the place allows, like 5m")
		}
		r.branchExists(c, path+".branch", s.Branch)
		r.roomsExist(c, path+".rooms", s.Rooms)
		r.checkReply(c, s, path)
	}
}

// checkReply gives a source its place for answers.
func (r *reader) checkReply(c *Config, s *Source, path string) {
	if s.Reply.reader == nil {
		if r.has(path + ".reply") {
			return
		}
		kind := "manual"
		if slices.Contains(connected, s.Kind) {
			kind = s.Kind
		}
		s.Reply = Reply{Kind: kind, Account: s.Account, Part: Part{Kind: kind, Line: s.Line, Path: path + ".reply", reader: r}}
	}
	if s.Reply.Kind == "" {
		r.fault(path+".reply.kind", "no kind", "kind: manual, outlet, telegram or discord")
	}
	if s.Reply.Account == "" && s.Reply.Kind == s.Kind {
		s.Reply.Account = s.Account
	}
	s.Reply.Name = s.Name
	if s.Reply.Account == "" && s.Reply.Kind != s.Kind || s.Reply.Account != "" && s.Reply.Account != s.Account {
		s.Reply.Account = r.account(c, path+".reply", s.Reply.Kind, s.Reply.Account)
	}
}

// roomsExist looks that the rooms of a list are there, each once.
func (r *reader) roomsExist(c *Config, path string, names []string) {
	first := map[string]int{}
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.roomExists(c, at, name)
		if line, twice := first[name]; twice {
			r.fault(at, fmt.Sprintf("listed twice (first on line %d)", line), "it once")
			continue
		}
		first[name] = lineOf(r.root, at)
	}
}

func (r *reader) roomExists(c *Config, path, name string) {
	names := make([]string, 0, len(c.Rooms))
	for _, room := range c.Rooms {
		if room.Name == name {
			return
		}
		names = append(names, room.Name)
	}
	r.fault(path, fmt.Sprintf("there is no room %q%s", name, hint(name, names)), cmp.Or(orList(names), "the room under rooms: first"))
}

func (r *reader) checkRooms(c *Config) {
	if len(c.Rooms) == 0 {
		r.whole("rooms", "nobody would see a case", "at least one room, like - {name: desk, kind: console}")
	}
	taken, chats, first := map[string]int{}, map[string]string{}, false
	for i := range c.Rooms {
		m := &c.Rooms[i]
		path := fmt.Sprintf("rooms[%d]", i)
		if m.reader == nil {
			continue // not even a section; reported
		}
		r.named(path+".name", m.Name, taken, i)
		switch {
		case m.Kind == "":
			r.fault(path+".kind", "no kind", "kind: console, telegram or discord")
		case m.Kind == "console" && c.Console.Listen == "off":
			r.fault(path+".kind", "the page is switched off, so nobody would see this room", "console: {listen: \"127.0.0.1:8321\"}, or a room of another kind")
		}
		m.Account = r.account(c, path, m.Kind, m.Account)
		r.checkChat(m, path, chats)
		if m.Level < 0 || m.Level > 9 {
			r.fault(path+".level", fmt.Sprintf("there is no level %d", m.Level), "0 for the staff room, then 1, 2 … up to 9")
		}
		if m.Severity == "never" {
			r.fault(path+".severity", "a room that asks for nothing", "low, high or critical, or remove the line")
		}
		first = first || m.Level == 0 || r.has(path+".level")
		m.Language = cmp.Or(m.Language, c.Business.Language)
	}
	if len(c.Rooms) > 0 && !first {
		r.whole("rooms", "no room has level 0, so nobody would see a case first", "level: 0 in the staff room")
	}
}

func (r *reader) checkChat(m *Room, path string, chats map[string]string) {
	switch {
	case slices.Contains(connected, m.Kind) && m.Chat == "":
		r.fault(path+".chat", "no chat", "the numeric id of the group or channel, like chat: -1001234567890")
	case m.Kind == "console" && m.Chat != "":
		r.fault(path+".chat", "the console has no chats", "nothing: remove the line")
	case m.Kind == "discord" && strings.HasPrefix(string(m.Chat), "-"):
		r.fault(path+".chat", "Discord's ids are not negative", "the channel's id, like 1100000000000000001")
	}
	key := m.Kind + "/" + m.Account + "/" + string(m.Chat)
	if other, twice := chats[key]; twice && m.Kind != "console" && find(m.node, "topic") == nil && find(m.node, "thread") == nil {
		r.fault(path, fmt.Sprintf("the same place as room %s, which would get every card twice", other), "another chat, or remove the room")
	}
	chats[key] = m.Name
}
