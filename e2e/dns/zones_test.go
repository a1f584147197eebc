//go:build e2e

package dns

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"ndrscope/diagnose/dnsbl"
)

// zones are the zone files of the world, by name without the final dot.
func zones(t *testing.T) map[string]string {
	list := map[string]string{}
	for _, path := range []string{"../../lab/internet.txtar", "world.txtar"} {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if name, ok := strings.CutPrefix(file.Name, "zone/"); ok {
				list[name] = zoneHead + string(file.Data)
			}
			if file.Name != "hosts" {
				continue
			}
			for line := range strings.Lines(string(file.Data)) {
				fields := strings.Fields(line)
				if !netip.MustParseAddr(fields[0]).Is4() {
					continue
				}
				name, network := reverseName(fields[0])
				if list[network] == "" {
					list[network] = zoneHead
				}
				for _, host := range fields[1:] {
					list[network] += fmt.Sprintf("%s. PTR %s.\n", name, host)
				}
			}
		}
	}
	root := "$TTL 300\n@ SOA a.root-servers.net. host.nic.example. 1 3600 600 86400 60\n"
	for i, addr := range rootServers() {
		root += fmt.Sprintf("@ NS %c.root-servers.net.\n%c.root-servers.net. A %s\n", 'a'+i, 'a'+i, addr)
	}
	root += "ns1.nic.example. A " + nameServer1 + "\nns2.nic.example. A " + nameServer2 + "\nrbl.nic.example. A " + listServer + "\n"
	for _, name := range sorted(list) {
		root += name + ". NS ns1.nic.example.\n" + name + ". NS ns2.nic.example.\n"
	}
	for _, z := range dnsbl.Zones() {
		root += z.Name + ". NS rbl.nic.example.\n"
	}
	list["."] = root
	return list
}

const zoneHead = "$TTL 300\n@ SOA ns1.nic.example. host.nic.example. 1 3600 600 86400 60\n@ NS ns1.nic.example.\n@ NS ns2.nic.example.\n"

func sorted(zones map[string]string) []string {
	var names []string
	for name := range zones {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// startNameServers runs bind9 for all zones at the root servers' addresses and its own, and once more as a resolver.
func startNameServers(t *testing.T, j *jail) {
	var conf strings.Builder
	addrs := append(rootServers(), nameServer1, nameServer2)
	fmt.Fprintf(&conf, "options { directory \"/srv/zones\"; pid-file none; session-keyfile none; listen-on { %s; };\n"+
		"listen-on-v6 { none; }; recursion no; empty-zones-enable no; dnssec-validation no; };\ncontrols { };\n", strings.Join(addrs, "; "))
	for name, text := range zones(t) {
		file := strings.ReplaceAll(name+".zone", "/", "_")
		j.write(t, "/srv/zones/"+file, text)
		fmt.Fprintf(&conf, "zone %q { type primary; file %q; };\n", name, file)
	}
	j.write(t, "/srv/authority.conf", conf.String())
	hints := ""
	for i, addr := range rootServers() {
		hints += fmt.Sprintf(". 300 NS %c.root-servers.net.\n%c.root-servers.net. 300 A %s\n", 'a'+i, 'a'+i, addr)
	}
	j.write(t, "/srv/root.hints", hints)
	j.write(t, "/srv/resolver.conf", fmt.Sprintf("options { directory \"/srv\"; pid-file none; session-keyfile none; listen-on { %s; };\n"+
		"listen-on-v6 { none; }; recursion yes; allow-recursion { any; }; allow-query-cache { any; }; empty-zones-enable no; dnssec-validation no; };\n"+
		"controls { };\nzone \".\" { type hint; file \"/srv/root.hints\"; };\n", healthy))
	j.start(t, "named", "-4", "-g", "-n", "1", "-c", "/srv/authority.conf")
	j.start(t, "named", "-4", "-g", "-n", "1", "-c", "/srv/resolver.conf")
	for _, at := range []string{nameServer1, "198.41.0.4", healthy} {
		untilAnswered(t, at, "mail.fabrik.example.")
	}
}

// startLists runs rbldnsd for all lists that ndrscope knows, with their test entries. One of them lists an address of ours.
func startLists(t *testing.T, j *jail) {
	j.user(t, "rbldns", 5111)
	args := []string{"-n", "-q", "-b", listServer, "-r", "/srv/lists", "-w", "/"}
	for i, z := range dnsbl.Zones() {
		answer := z.Codes[0].Low
		for _, code := range z.Codes {
			if code.Kind != dnsbl.Refusal {
				answer = code.Low
				break
			}
		}
		if z.Bits {
			answer = "127.0.0." + strings.TrimPrefix(answer, "127.0.0.")
		}
		text := "$SOA 300 rbl.nic.example host.nic.example 1 3600 600 86400 60\n$NS 300 rbl.nic.example\n:" + answer + ":listed\n"
		kind := "ip4set"
		if z.Domains {
			kind = "dnset"
			text += strings.Join(append([]string{"test"}, z.Test...), "\n") + "\n"
		} else {
			text += "127.0.0.2\n"
		}
		if z.Name == "zen.spamhaus.org" {
			text += listed + "\n"
		}
		file := fmt.Sprintf("list%d", i)
		j.write(t, "/srv/lists/"+file, text)
		args = append(args, z.Name+":"+kind+":"+file)
	}
	j.start(t, "rbldnsd", args...)
	untilAnswered(t, listServer, "2.0.0.127.zen.spamhaus.org.")
}

// resolver is our unbound; extra are lines of its configuration.
func startResolver(t *testing.T, j *jail, extra string) *process {
	hints, err := os.ReadFile(j.root + "/srv/root.hints")
	if err != nil {
		t.Fatal(err)
	}
	j.user(t, "unbound", 5112)
	j.write(t, "/etc/unbound/e2e.hints", string(hints))
	conf := "server:\n username: \"\"\n chroot: \"\"\n directory: \"/etc/unbound\"\n pidfile: \"\"\n use-syslog: no\n do-daemonize: no\n" +
		" interface: " + ourResolver + "\n access-control: 0.0.0.0/0 allow\n do-ip6: no\n module-config: \"iterator\"\n" +
		" root-hints: /etc/unbound/e2e.hints\n num-threads: 1\n"
	for _, network := range []string{"2.0.192", "100.51.198", "113.0.203"} { // unbound answers for these itself otherwise
		conf += " local-zone: \"" + network + ".in-addr.arpa.\" nodefault\n"
	}
	j.write(t, "/etc/unbound/e2e.conf", conf+extra+"remote-control:\n control-enable: no\n")
	p := j.start(t, "unbound", "-d", "-c", "/etc/unbound/e2e.conf")
	untilAnswered(t, ourResolver, "mail.fabrik.example.")
	return p
}

// What is wrong with our resolver: no reverse lookups at all; for customers that moved their mail, the servers of before; a
// key for a zone that is not signed with it.
const (
	noReverse   = " local-zone: \"in-addr.arpa.\" refuse\n local-zone: \"ip6.arpa.\" refuse\n"
	wrongAnchor = " module-config: \"validator iterator\"\n trust-anchor: \"meridian-freight.example. DS 31406 8 2 " +
		"f78cf3344f72137235098ecbbd08947c2c9001c7f6a085a17f518b5d8f6b916d\"\n"
	staleMX = " local-zone: \"meridian-freight.example.\" typetransparent\n" +
		" local-data: \"meridian-freight.example. 3600 MX 10 relay.oldhoster.example.\"\n" +
		" local-zone: \"harbour-forwarding.example.\" typetransparent\n" +
		" local-data: \"harbour-forwarding.example. 3600 MX 10 relay.oldhoster.example.\"\n"
)
