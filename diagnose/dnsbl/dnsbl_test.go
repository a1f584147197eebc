package dnsbl

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"ndrscope/diagnose/dnsq/dnsqtest"
)

// healthy is what a list at bl.example answers for its test points.
const healthy = "bl.example. SOA ns.bl.example. x. 1 2 3 4 5\n2.0.0.127.bl.example. A 127.0.0.2\n"

func TestHealth(t *testing.T) {
	list := Zone{Name: "bl.example", Codes: listedAt("127.0.0.2", "spam")}
	domains := Zone{Name: "bl.example", Domains: true, Codes: listedAt("127.0.1.2", "spam")}
	unheard, _ := Named("bl.example")
	label := random(list, false)
	for _, test := range []struct {
		name, zone string
		list       Zone
		ipv6       bool
		state      State
	}{
		{"healthy", healthy, list, false, Healthy},
		{"no SOA of its own", "bl.example. A 192.0.2.1\n2.0.0.127.bl.example. A 127.0.0.2", list, false, Healthy},
		{"lists the world", healthy + "1.0.0.127.bl.example. A 127.0.0.2\n" + label + ".bl.example. A 127.0.0.2", list, false, Broken},
		{"lists what does not exist", healthy + label + ".bl.example. A 127.0.0.2", list, false, Broken},
		{"parked", healthy + label + ".bl.example. A 192.0.2.80", list, false, Broken},
		{"empty", "bl.example. SOA ns.bl.example. x. 1 2 3 4 5", list, false, Broken},
		{"gone", "", list, false, Gone},
		{"refuses by code", healthy + "1.0.0.127.bl.example. A 127.255.255.254", list, false, Refused},
		{"refuses at the test point", strings.Replace(healthy, "127.0.0.2\n", "127.255.255.255\n", 1), list, false, Refused},
		{"fails", "bl.example. SERVFAIL", list, false, Unknown},
		{"refuses by RCODE", "bl.example. REFUSED", list, false, Unknown},
		{"no IPv6 entry", healthy, list, true, Broken},
		{"nothing is known of it", "bl.example. SOA ns.bl.example. x. 1 2 3 4 5", unheard, false, Untested},
		{"not known, lists the world", healthy + label + ".bl.example. A 127.0.0.2", unheard, false, Broken},
		{"IPv6", "bl.example. SOA ns.bl.example. x. 1 2 3 4 5\n" + "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example. A 127.0.0.2", list, true, Healthy},
		{"domains", "bl.example. SOA ns.bl.example. x. 1 2 3 4 5\ntest.bl.example. A 127.0.1.2", domains, false, Healthy},
	} {
		r := new(Client).Health(t.Context(), dnsqtest.New(test.zone), test.list, test.ipv6)
		if r.State != test.state {
			t.Errorf("%s: %s (%s), want %s", test.name, r.State, r.Meaning, test.state)
		}
	}
}

func TestLookup(t *testing.T) {
	us := netip.MustParseAddr("192.0.2.25")
	for _, test := range []struct {
		zone, answer string
		state        State
		meaning      string
	}{
		{"zen.spamhaus.org", "127.0.0.2", Listed, "SBL: a source of spam (127.0.0.2)"},
		{"zen.spamhaus.org", "127.0.0.11", Listed, "PBL: policy, addresses that should not send mail directly; not abuse (127.0.0.11)"},
		{"zen.spamhaus.org", "127.255.255.252", Refused, "the zone's name is misspelt (127.255.255.252)"},
		{"zen.spamhaus.org", "127.255.255.254", Refused, "asked through a public resolver (127.255.255.254)"},
		{"zen.spamhaus.org", "127.255.255.255", Refused, "asked too often (127.255.255.255)"},
		{"zen.spamhaus.org", "127.0.0.1", Broken, "it answers 127.0.0.1, which RFC 5782 section 2.1 advises against and parked domains give"},
		{"bl.spamcop.net", "192.0.2.80", Broken, "it answers with an address outside of 127.0.0.0/8"},
		{"bl.spamcop.net", "", Clean, ""},
		{"rep.mailspike.net", "127.0.0.11", Listed, "poor reputation (127.0.0.11)"},
		{"rep.mailspike.net", "127.0.0.14", Clean, ""},
		{"rep.mailspike.net", "127.0.0.18", Allowed, "good reputation (127.0.0.18)"},
		{"list.dnswl.org", "127.0.5.2", Allowed, "known as a sender (127.0.5.2)"},
		{"list.dnswl.org", "127.0.0.255", Refused, "asked too often or through a public resolver (127.0.0.255)"},
		{"list.dnswl.org", "127.0.10.0", Refused, "this client is blocked (127.0.10.0)"},
		{"dnsbl.dronebl.org", "127.0.0.8", Listed, "a bot, proxy or exploited machine (127.0.0.8)"},
		{"dnsbl.dronebl.org", "127.255.255.254", Refused, "it answers with the error code 127.255.255.254"},
	} {
		z, _ := Named(test.zone)
		record := ""
		if test.answer != "" {
			record = "25.2.0.192." + test.zone + ". A " + test.answer
		}
		r := new(Client).Address(t.Context(), dnsqtest.New(record), z, us)
		if r.State != test.state || r.Meaning != test.meaning {
			t.Errorf("%s %s: %s %q, want %s %q", test.zone, test.answer, r.State, r.Meaning, test.state, test.meaning)
		}
	}
	r := new(Client).Address(t.Context(), dnsqtest.New("zen.spamhaus.org. SERVFAIL"), zones[0], us)
	if r.State != Unknown {
		t.Errorf("SERVFAIL is %s", r.State)
	}
}

func TestDomainMasks(t *testing.T) {
	for _, test := range []struct {
		zone, answer string
		state        State
	}{
		{"multi.surbl.org", "127.0.0.64", Listed},
		{"multi.surbl.org", "127.0.0.24", Listed},
		{"multi.surbl.org", "127.0.0.1", Refused},
		{"multi.uribl.com", "127.0.0.2", Listed},
		{"multi.uribl.com", "127.0.0.4", Clean},
		{"multi.uribl.com", "127.0.0.1", Refused},
		{"dbl.spamhaus.org", "127.0.1.4", Listed},
		{"dbl.spamhaus.org", "127.0.1.255", Clean},
		{"dbl.spamhaus.org", "127.255.255.254", Refused},
	} {
		z, _ := Named(test.zone)
		r := new(Client).Domain(t.Context(), dnsqtest.New("ours.example."+test.zone+". A "+test.answer), z, "ours.example")
		if r.State != test.state {
			t.Errorf("%s %s: %s (%s), want %s", test.zone, test.answer, r.State, r.Meaning, test.state)
		}
	}
}

func TestKey(t *testing.T) {
	z := dnsqtest.New("25.2.0.192.secret.zen.dq.spamhaus.net. A 127.0.0.4")
	c := Client{Keys: map[string]string{"zen.spamhaus.org": "secret"}}
	if r := c.Address(t.Context(), z, zones[0], netip.MustParseAddr("192.0.2.25")); r.State != Listed {
		t.Errorf("asked %v: %s", z.Asked, r.State)
	}
}

func TestReversed(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.25":        "25.2.0.192",
		"::ffff:192.0.2.25": "25.2.0.192",
		"2001:db8::1":       "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2",
	} {
		if got := Reversed(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func TestNamed(t *testing.T) {
	for zone, want := range map[string]string{
		"ZEN.spamhaus.org.":     "zen.spamhaus.org",
		"pbl.spamhaus.org":      "zen.spamhaus.org",
		"bl.neighbours.example": "bl.neighbours.example",
		"localhost":             "",
		// keys are made up
		"abcdefghijklmnopqrstuvwxyz.zen.dq.spamhaus.net":   "zen.spamhaus.org",
		"abcdefghijklmnopqrstuvwxyz.sbl.dq.spamhaus.net":   "zen.spamhaus.org",
		"zen.dq.spamhaus.net":                              "zen.spamhaus.org",
		"abcdefghijklmnopqrstuvwxyz.zrd.dq.spamhaus.net":   "",
		"abcdefghij0123456789.combined.lists.example":      "combined.lists.example",
		"our-very-own-block-list-of-addresses.example.com": "our-very-own-block-list-of-addresses.example.com",
		"192.0.2.1":                          "",
		"bad zone.example":                   "",
		"a..example":                         "",
		"x\r\n.example":                      "",
		strings.Repeat("a.", 80) + "example": "",
	} {
		z, ok := Named(zone)
		if z.Name != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", zone, z.Name, ok, want)
		}
	}
}

// The table holds together: every zone once, alive, documented, and every code readable.
func TestTable(t *testing.T) {
	var seen []string
	for _, z := range zones {
		if slices.Contains(seen, z.Name) || Dead(z.Name) || z.Source == "" || len(z.Codes) == 0 {
			t.Errorf("%s: doubled, dead, or without source or codes", z.Name)
		}
		seen = append(seen, z.Name)
		for _, c := range z.Codes {
			if z.Bits {
				continue
			}
			low, err1 := netip.ParseAddr(c.Low)
			high, err2 := netip.ParseAddr(c.High)
			if err1 != nil || err2 != nil || high.Less(low) || !loopback.Contains(low) || c.Meaning == "" {
				t.Errorf("%s: code %v", z.Name, c)
			}
		}
	}
	for zone, want := range map[string]bool{"dnsbl.sorbs.net": true, "spam.dnsbl.sorbs.net": true, "bogusmx.rfc-ignorant.org": true,
		"relays.ordb.org.": true, "zen.spamhaus.org": false, "notrfc-ignorant.org": false} {
		if Dead(zone) != want {
			t.Errorf("Dead(%s) is %v", zone, !want)
		}
	}
}
