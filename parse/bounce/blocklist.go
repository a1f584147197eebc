package bounce

import "strings"

// blockListNames are block lists by what replies call them, lower case, with the zone asked or else the name itself.
// Longer phrases come before shorter ones that they contain.
var blockListNames = []struct{ phrase, list string }{
	{"zen.spamhaus.org", "zen.spamhaus.org"},
	{"sbl-xbl.spamhaus.org", "sbl-xbl.spamhaus.org"},
	{"pbl.spamhaus.org", "pbl.spamhaus.org"},
	{"xbl.spamhaus.org", "xbl.spamhaus.org"},
	{"sbl.spamhaus.org", "sbl.spamhaus.org"},
	{"dbl.spamhaus.org", "dbl.spamhaus.org"},
	{"bl.spamcop.net", "bl.spamcop.net"},
	{"b.barracudacentral.org", "b.barracudacentral.org"},
	{"dnsbl.sorbs.net", "dnsbl.sorbs.net"},
	{"dnsbl-1.uceprotect.net", "dnsbl-1.uceprotect.net"},
	{"dnsbl-2.uceprotect.net", "dnsbl-2.uceprotect.net"},
	{"dnsbl-3.uceprotect.net", "dnsbl-3.uceprotect.net"},
	{"psbl.surriel.com", "psbl.surriel.com"},
	{"ix.dnsbl.manitu.net", "ix.dnsbl.manitu.net"},
	{"cbl.abuseat.org", "cbl.abuseat.org"},
	{"bl.mailspike.net", "bl.mailspike.net"},
	{"dnsbl.inps.de", "dnsbl.inps.de"},
	{"bl.0spam.org", "bl.0spam.org"},
	{"spamrl.com", "spamrl.com"},
	{"dul.dnsbl", "dul"},
	{"spamhaus", "spamhaus"},
	{"spamcop", "spamcop"},
	{"barracudacentral", "b.barracudacentral.org"},
	{"barracuda reputation", "b.barracudacentral.org"},
	{"uceprotect", "uceprotect"},
	{"sorbs", "sorbs"},
	{"abusix", "abusix"},
	{"invaluement", "invaluement"},
	{"trend micro email reputation", "trendmicro"},
	{"mail-abuse.org", "trendmicro"},
	{"mail-abuse.com", "trendmicro"},
	{"cloudmark", "cloudmark"},
	{"senderscore", "senderscore"},
	{"symantec global bad senders", "symantec"},
	{"proofpoint", "proofpoint"},
	{"talosintelligence", "talos"},
	{"senderbase", "talos"},
	{"manitu", "ix.dnsbl.manitu.net"},
	{"mailspike", "mailspike"},
	{"s3140", "outlook.com"},
	{"s3150", "outlook.com"},
}

// zoneMarks are phrases, lower case, behind which a reply names the zone that it asked.
var zoneMarks = []string{"blocked using ", "listed in ", "listed at ", "blacklisted by ", "blacklisted at ", "blacklisted in ",
	"blocked by ", "listed by ", "found in ", "on rbl ", "rejected by rbl ", "dnsbl ", "rbl: ", "dnsbl: "}

// blockListIn returns the block list that a reply, given in lower case, names, or "".
func blockListIn(low *haystack) string {
	for _, mark := range zoneMarks {
		if i := low.index(mark); i >= 0 {
			zone := strings.TrimLeft(low.low[i+len(mark):], "[(<'\" ")
			n := 0
			for n < len(zone) && isDomainByte(zone[n]) {
				n++
			}
			if z := cleanHost(zone[:n]); isDomain(z) && cleanIP(z) == "" {
				return z
			}
		}
	}
	for _, b := range blockListNames {
		if low.has(b.phrase) {
			return b.list
		}
	}
	return ""
}
