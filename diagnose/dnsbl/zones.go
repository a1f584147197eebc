// Package dnsbl asks DNS block and allow lists (RFC 5782) about addresses and domains, and believes a list only after
// it has shown that it works.
package dnsbl

import (
	"net/netip"
	"slices"
	"strings"
)

// Zone is one list.
type Zone struct {
	Name string // DNS zone
	// Domains: the list is of domains, not of addresses.
	Domains bool
	// IPv6: the list knows IPv6 addresses.
	IPv6 bool
	// Allow: being listed is good.
	Allow bool
	// Minor: few receivers refuse mail because of it.
	Minor bool
	// Bits: the last octet of an answer is a mask of Codes, not a value.
	Bits  bool
	Codes []Code
	// Test are domains that are listed for testing, besides TEST of RFC 5782.
	Test []string
	// Keyed: with a key of ours, KEY.Zone of Keyed is asked in its place.
	Keyed string
	// Aka are names of parts of it and of zones that went into it: who names these means this list.
	Aka []string
	// Unheard of: somebody named it, and nothing is known about it.
	Unheard bool
	// Note says what an administrator should know about the list's policy.
	Note string
	// Source is the operator's page.
	Source string
}

// Code is what the answers from Low to High mean; as a mask, Low is the bit.
type Code struct {
	Low, High string
	Meaning   string
	Kind      Kind
}

// Kind is what an answer does to us.
type Kind int

const (
	Bad Kind = iota
	Neutral
	Good
	Refusal // the operator does not serve this client
)

// Zones lists those that are asked, the most used first.
func Zones() []Zone { return zones }

var zones = []Zone{
	{Name: "zen.spamhaus.org", IPv6: true, Keyed: "zen.dq.spamhaus.net",
		Codes: []Code{
			{"127.0.0.2", "127.0.0.2", "SBL: a source of spam", Bad},
			{"127.0.0.3", "127.0.0.3", "CSS: a source of low-reputation mail", Bad},
			{"127.0.0.4", "127.0.0.7", "XBL: an infected or exploited machine", Bad},
			{"127.0.0.9", "127.0.0.9", "DROP: a hijacked network", Bad},
			{"127.0.0.10", "127.0.0.11", "PBL: policy, addresses that should not send mail directly; not abuse", Bad},
			{"127.0.0.30", "127.0.0.30", "BCL: a controller of infected machines", Bad},
			{"127.255.255.252", "127.255.255.252", "the zone's name is misspelt", Refusal},
			{"127.255.255.254", "127.255.255.254", "asked through a public resolver", Refusal},
			{"127.255.255.255", "127.255.255.255", "asked too often", Refusal},
		},
		Aka:    []string{"sbl.spamhaus.org", "xbl.spamhaus.org", "pbl.spamhaus.org", "css.spamhaus.org", "sbl-xbl.spamhaus.org", "cbl.abuseat.org"},
		Note:   "remove at https://check.spamhaus.org/",
		Source: "https://www.spamhaus.org/faqs/dnsbl-usage/"},
	{Name: "bl.spamcop.net", Codes: listedAt("127.0.0.2", "reports of spam within the last day"),
		Note: "expires by itself within a day after the last report", Source: "https://www.spamcop.net/fom-serve/cache/351.html"},
	{Name: "b.barracudacentral.org", Codes: listedAt("127.0.0.2", "poor reputation at Barracuda"),
		Note: "answers registered resolvers only; remove at https://www.barracudacentral.org/rbl/removal-request", Source: "https://www.barracudacentral.org/rbl/how-to-use"},
	{Name: "psbl.surriel.com", Codes: listedAt("127.0.0.2", "mail to spam traps"),
		Note: "remove at https://psbl.org/remove", Source: "https://psbl.org/howto"},
	{Name: "rep.mailspike.net", Minor: true,
		Codes: []Code{
			{"127.0.0.10", "127.0.0.12", "poor reputation", Bad},
			{"127.0.0.13", "127.0.0.16", "neutral", Neutral},
			{"127.0.0.17", "127.0.0.20", "good reputation", Good},
		}, Source: "https://mailspike.org/usage.html"},
	{Name: "dnsbl.dronebl.org", IPv6: true, Minor: true, Codes: []Code{{"127.0.0.3", "127.0.0.19", "a bot, proxy or exploited machine", Bad}},
		Note: "remove at https://dronebl.org/lookup", Source: "https://dronebl.org/docs/howtouse"},
	{Name: "noptr.spamrats.com", Minor: true, Codes: listedAt("127.0.0.37", "no reverse DNS"),
		Note: "publish a PTR record, then remove at https://www.spamrats.com/removal.php", Source: "https://www.spamrats.com/about.php"},
	{Name: "dyna.spamrats.com", Minor: true, Codes: listedAt("127.0.0.36", "generic reverse DNS"),
		Note: "give the address a name of its own, then remove at https://www.spamrats.com/removal.php", Source: "https://www.spamrats.com/about.php"},
	{Name: "dnsbl-1.uceprotect.net", Minor: true, Codes: listedAt("127.0.0.2", "level 1: mail to spam traps"),
		Note: "expires seven days after the last hit", Source: "https://www.uceprotect.net/en/index.php?m=6&s=0"},
	{Name: "bl.blocklist.de", IPv6: true, Minor: true, Codes: []Code{{"127.0.0.2", "127.0.0.21", "reported attacks", Bad}},
		Source: "https://www.blocklist.de/en/rbldns.html"},
	{Name: "truncate.gbudb.net", Minor: true, Codes: listedAt("127.0.0.2", "almost only spam seen"), Source: "https://www.gbudb.com/truncate/"},
	{Name: "bl.spameatingmonkey.net", IPv6: true, Minor: true, Codes: []Code{{"127.0.0.2", "127.0.0.3", "mail to spam traps", Bad}},
		Source: "https://spameatingmonkey.com/services"},
	{Name: "bl.0spam.org", Minor: true, Codes: []Code{{"127.0.0.2", "127.0.0.9", "listed", Bad}}, Source: "https://0spam.org/"},
	{Name: "dnsrbl.swinog.ch", Minor: true, Codes: []Code{{"127.0.0.2", "127.0.0.3", "mail to spam traps", Bad}}, Source: "https://antispam.imp.ch/"},
	{Name: "list.dnswl.org", IPv6: true, Allow: true,
		Codes: []Code{
			{"127.0.0.255", "127.0.0.255", "asked too often or through a public resolver", Refusal},
			{"127.0.10.0", "127.0.10.255", "this client is blocked", Refusal},
			{"127.0.2.0", "127.0.20.255", "known as a sender", Good},
		}, Source: "https://www.dnswl.org/?page_id=15"},
	{Name: "dbl.spamhaus.org", Domains: true, Keyed: "dbl.dq.spamhaus.net", Test: []string{"dbltest.com"},
		Codes: []Code{
			{"127.0.1.2", "127.0.1.99", "a domain in spam, phishing or malware", Bad},
			{"127.0.1.102", "127.0.1.106", "an abused domain", Bad},
			{"127.0.1.255", "127.0.1.255", "an address was asked", Neutral},
			{"127.255.255.252", "127.255.255.252", "the zone's name is misspelt", Refusal},
			{"127.255.255.254", "127.255.255.254", "asked through a public resolver", Refusal},
			{"127.255.255.255", "127.255.255.255", "asked too often", Refusal},
		}, Note: "remove at https://check.spamhaus.org/", Source: "https://www.spamhaus.org/faqs/domain-blocklist-dbl/"},
	{Name: "multi.surbl.org", Domains: true, Bits: true, Test: []string{"test.surbl.org"},
		Codes: []Code{
			{"1", "", "this client is blocked", Refusal},
			{"8", "", "phishing", Bad},
			{"16", "", "malware", Bad},
			{"64", "", "seen in spam", Bad},
			{"128", "", "a cracked site", Bad},
		}, Source: "https://surbl.org/lists"},
	{Name: "multi.uribl.com", Domains: true, Bits: true, Test: []string{"test.uribl.com"},
		Codes: []Code{
			{"1", "", "this client is blocked", Refusal},
			{"2", "", "black: seen in spam", Bad},
			{"4", "", "grey: seen in unwanted bulk mail", Neutral},
			{"8", "", "red: new or automatic listing", Neutral},
		}, Source: "https://uribl.com/about.shtml"},
}

func listedAt(answer, meaning string) []Code { return []Code{{answer, answer, meaning, Bad}} }

// dead are zones that list nothing, or the world, or have fallen to strangers; and what below them.
var dead = []string{
	"dnsbl.sorbs.net", "ix.dnsbl.manitu.net", "db.wpbl.info", // emptied
	"bl.spamcannibal.org", "dnsbl.ahbl.org", "bl.emailbasura.org", "relays.ordb.org", // list the world
	"dnsbl.njabl.org", "list.dsbl.org", "rfc-ignorant.org", "virbl.bit.nl", "dnsbl.inps.de", "ubl.unsubscore.com", // gone
	"nszones.com", "psky.me", // fraud
}

// keyLength is that of the shortest keys: labels of zones are words, and shorter.
const keyLength = 20

// Dead says whether a zone must not be asked any more.
func Dead(zone string) bool {
	zone = strings.ToLower(strings.TrimSuffix(zone, "."))
	return slices.ContainsFunc(dead, func(d string) bool { return zone == d || strings.HasSuffix(zone, "."+d) })
}

// paid is where the parts of Spamhaus' lists are asked with a key: KEY.zen.dq.spamhaus.net and so on.
const paid = ".dq.spamhaus.net"

// Named finds the list that somebody names by a zone; a zone that is not known becomes a list with the common codes.
// The zone in a stranger's reply may contain his key to a paid list: that is not ours to use, so the public zone is meant.
// ok is false for what is no DNS zone.
func Named(zone string) (z Zone, ok bool) {
	zone = strings.ToLower(strings.TrimSuffix(zone, "."))
	part, isPaid := strings.CutSuffix(zone, paid)
	if isPaid {
		zone = part[strings.LastIndexByte(part, '.')+1:] + ".spamhaus.org"
	}
	if first, rest, _ := strings.Cut(zone, "."); len(first) >= keyLength && strings.Trim(first, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		zone = rest
	}
	for _, z := range zones {
		if z.Name == zone || slices.Contains(z.Aka, zone) {
			return z, true
		}
	}
	labels := strings.Split(zone, ".")
	if isPaid || len(labels) < 2 || len(zone) > 120 {
		return Zone{}, false
	}
	if _, err := netip.ParseAddr(zone); err == nil {
		return Zone{}, false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return Zone{}, false
		}
	}
	return Zone{Name: zone, IPv6: true, Unheard: true, Codes: []Code{{"127.0.0.2", "127.0.255.255", "listed", Bad}}}, true
}
