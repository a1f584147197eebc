package classify

import (
	"net/netip"
	"strings"
)

// BlockList is a list of addresses or domains that replies name.
type BlockList struct {
	Name string
	Zone string // DNS zone; empty where there is none to ask
	// Lookup is the operator's page about one address, with %s for the address; without %s it is a form.
	Lookup string
	// Marks are phrases by which a reply names the list.
	Marks []string
}

// blockLists is in the order in which they are looked for in docs; a reply that names two keeps the first it names.
var blockLists = []BlockList{
	{"Spamhaus PBL", "pbl.spamhaus.org", "https://check.spamhaus.org/results/?query=%s", []string{"pbl.spamhaus", "spamhaus pbl",
		"spamhaus.org/pbl"}},
	{"Spamhaus SBL", "sbl.spamhaus.org", "https://check.spamhaus.org/results/?query=%s", []string{"sbl.spamhaus", "spamhaus sbl",
		"spamhaus.org/sbl", "sbl-xbl.spamhaus"}},
	{"Spamhaus XBL", "xbl.spamhaus.org", "https://check.spamhaus.org/results/?query=%s", []string{"xbl.spamhaus", "spamhaus xbl",
		"cbl.abuseat.org"}},
	{"Spamhaus DBL", "dbl.spamhaus.org", "https://check.spamhaus.org/results/?query=%s", []string{"dbl.spamhaus", "spamhaus dbl"}},
	{"Spamhaus ZEN", "zen.spamhaus.org", "https://check.spamhaus.org/results/?query=%s", []string{"spamhaus"}},
	{"SpamCop", "bl.spamcop.net", "https://www.spamcop.net/bl.shtml?%s", []string{"spamcop"}},
	{"Barracuda BRBL", "b.barracudacentral.org",
		"https://www.barracudacentral.org/lookups/lookup-reputation?ip_address=%s", []string{"barracudacentral",
			"barracuda reputation", "barracudanetworks.com/reputation", "barracuda.com/reputation"}},
	{"SORBS", "", "", []string{"sorbs.net", "sorbs"}},
	{"PSBL", "psbl.surriel.com", "https://psbl.org/listing?ip=%s", []string{"psbl.surriel", "psbl.org"}},
	{"UCEPROTECT", "dnsbl-1.uceprotect.net", "https://www.uceprotect.net/en/rblcheck.php?ipr=%s", []string{"uceprotect"}},
	{"Mailspike", "rep.mailspike.net", "https://mailspike.org/iplookup.html", []string{"mailspike"}},
	{"Invaluement", "", "https://www.invaluement.com/lookup/", []string{"invaluement", "ivmsip"}},
	{"SURBL", "multi.surbl.org", "https://surbl.org/surbl-analysis", []string{"surbl"}},
	{"URIBL", "multi.uribl.com", "https://lookup.uribl.com/", []string{"uribl"}},
	{"blocklist.de", "bl.blocklist.de", "https://www.blocklist.de/en/search.html?ip=%s", []string{"blocklist.de"}},
	{"DroneBL", "dnsbl.dronebl.org", "https://dronebl.org/lookup?ip=%s", []string{"dronebl"}},
	{"SpamRATS", "", "https://www.spamrats.com/lookup.php?ip=%s", []string{"spamrats"}},
	{"Cloudmark CSI", "", "https://csi.cloudmark.com/en/reset/", []string{"cloudmark", "csi.cloudmark"}},
	{"Proofpoint PDR", "", "https://ipcheck.proofpoint.com/?ip=%s", []string{"ipcheck.proofpoint", "proofpoint dynamic reputation",
		"support.proofpoint.com/dnsbl-lookup"}},
	{"Sender Score", "", "https://senderscore.org/assess/get-your-score/", []string{"senderscore", "sender score",
		"returnpath.com", "return path"}},
	{"Cisco Talos", "", "https://talosintelligence.com/reputation_center/lookup?search=%s", []string{"senderbase",
		"talosintelligence", "ironport"}},
	{"Microsoft", "", "https://sender.office.com/", []string{"sender.office.com", "part of their network is on our block list",
		"banned sending ip", "mail.live.com/mail/troubleshooting"}},
	{"Trend Micro ERS", "", "https://servicecentral.trendmicro.com/en-US/ers/ip-lookup/", []string{"mail-abuse.com",
		"mail-abuse.org", "ers.trendmicro", "trend micro email reputation", "trendmicro.com/reputation"}},
	{"Symantec", "", "https://ipremoval.sms.symantec.com/", []string{"ipremoval.sms.symantec", "brightmail"}},
	{"McAfee / Trellix", "", "https://trustedsource.org/", []string{"trustedsource"}},
	{"Spameatingmonkey", "bl.spameatingmonkey.net", "https://spameatingmonkey.com/lookup/%s", []string{"spameatingmonkey"}},
	{"0spam", "bl.0spam.org", "https://0spam.org/check-address", []string{"0spam"}},
	{"SpamExperts", "", "https://www.spamrl.com/", []string{"spamrl.com"}},
	{"JunkEmailFilter", "hostkarma.junkemailfilter.com", "", []string{"junkemailfilter", "hostkarma"}},
	{"NiX Spam", "", "", []string{"ix.dnsbl.manitu", "nixspam"}},
	{"GBUdb", "truncate.gbudb.net", "https://www.gbudb.com/truncate/", []string{"gbudb"}},
	{"Rackspace / MailChannels", "", "", []string{"mailchannels"}},
	{"Abusix", "", "https://lookup.abusix.com/search?q=%s", []string{"abusix", "mail.abusix.zone"}},
	{"GMX / WEB.DE", "", "https://postmaster.gmx.net/en/error-messages", []string{"nemesis"}},
	{"WPBL", "", "", []string{"db.wpbl.info"}},
	{"Swinog", "dnsrbl.swinog.ch", "", []string{"swinog"}},
	{"RBL.JP", "", "", []string{"rbl.jp"}},
	{"Spam-Champuru", "", "", []string{"spam-champuru"}},
	{"Fortinet FortiGuard", "", "https://www.fortiguard.com/services/antispam", []string{"fortiguard", "fortinet.com"}},
	{"Sophos", "", "https://www.sophos.com/en-us/threat-center/ip-lookup", []string{"sophos.com"}},
	{"Hetzner", "", "", []string{"hetzner.com/blacklist"}},
	{"Yahoo", "", "https://senders.yahooinc.com/", []string{"tss04", "tss09", "tss11", "tss12", "tss06", "tss05", "tss03"}},
}

// BlockLists lists the block lists that replies are known to name.
func BlockLists() []BlockList { return blockLists }

// BlockListNamed finds a list by its name, which is the detail of the ip-blocked classes, by its zone, or by anything
// else that replies call it.
func BlockListNamed(name string) (BlockList, bool) {
	for _, l := range blockLists {
		if l.Name == name || l.Zone != "" && l.Zone == name {
			return l, true
		}
	}
	name = strings.ToLower(name)
	for _, l := range blockLists {
		for _, mark := range l.Marks {
			if strings.Contains(name, mark) {
				return l, true
			}
		}
	}
	return BlockList{}, false
}

// LookupURL is the operator's page about one address, or its form where an address cannot be given; empty if there
// is none.
func (l BlockList) LookupURL(addr netip.Addr) string {
	if !addr.IsValid() {
		page, _, forOne := strings.Cut(l.Lookup, "%s")
		if forOne {
			page, _, _ = strings.Cut(page, "?")
		}
		return page
	}
	return strings.ReplaceAll(l.Lookup, "%s", addr.String())
}

// listName is the block list that the text names, or else the event.
func (s *subject) listName() string {
	if s.list >= 0 {
		return blockLists[s.list].Name
	}
	if l, ok := BlockListNamed(s.event.BlockList); ok {
		return l.Name
	}
	return s.event.BlockList
}
