package classify

import (
	"os"
	"strings"
	"testing"
)

// providerCode is one reply as a line of the reference table means it.
type providerCode struct {
	key    string // beginning of the line's match column
	host   string
	reply  string
	reason Reason
	detail string
	end    End
}

// Every line of the reference table of provider codes has its replies here, with what they must mean.
var providerCodes = []providerCode{
	{`554|454 5.7.1|4.7.1 "Relay access denied"`, "mail.example.org", "554 5.7.1 <a@example.org>: Relay access denied", RelayDenied, "", Route},
	{`554|454 5.7.1|4.7.1 "Relay access denied"`, "mail.example.org", "454 4.7.1 <a@example.org>: Relay access denied", RelayDenied, "", Route},
	{`450|550 4.7.1|5.7.1 "cannot find your reverse hostname"`, "mail.example.org", "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", NoReverseDNS, "", Sender},
	{`450|550 4.7.25|5.7.25 "cannot find your hostname"`, "mail.example.org", "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", NoReverseDNS, "", Sender},
	{`550 5.7.1 "Relaying denied. IP name lookup failed"`, "mail.example.org", "550 5.7.1 <a@example.org>... Relaying denied. IP name lookup failed [192.0.2.1]", NoReverseDNS, "", Sender},
	{`550 5.7.1 "Relaying denied. IP name possibly forged"`, "mail.example.org", "550 5.7.1 <a@example.org>... Relaying denied. IP name possibly forged [192.0.2.1]", NoReverseDNS, "", Sender},
	{`450 4.4.0|4.7.1 "Relaying temporarily denied. Cannot resolve PTR record"`, "mail.example.org", "450 4.7.1 <a@example.org>... Relaying temporarily denied. Cannot resolve PTR record for 192.0.2.1", NoReverseDNS, "", Sender},
	{`550 "relay not permitted"`, "mail.example.org", "550 relay not permitted", RelayDenied, "", Route},
	{`550 5.7.1 "Unable to relay"`, "mail.example.org", "550 5.7.1 Unable to relay", RelayDenied, "", Route},
	{`550 5.7.1 "Unable to relay"`, "mail.example.org", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RelayDenied, "", Route},
	{`530 5.7.1|5.7.57 "Client was not authenticated"`, "mail.example.org", "530 5.7.1 Client was not authenticated", AuthRequired, "", Sender},
	{`530 5.7.1|5.7.57 "Client was not authenticated"`, "mail.example.org", "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", AuthRequired, "", Sender},
	{`550 5.4.1 "Relay Access Denied"`, exchangeOnline, "550 5.4.1 Relay Access Denied", RelayDenied, "", Domain},
	{`550 5.4.1 "Recipient address rejected: Access denied"`, exchangeOnline, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", UserUnknown, "", Recipient},
	{`550 5.7.64 "TenantAttribution`, exchangeOnline, "550 5.7.64 TenantAttribution; Relay Access Denied", RelayDenied, "connector", Sender},
	{`550 5.7.25`, exchangeOnline, "550 5.7.25 Service unavailable, sending IPv6 address [2001:db8::1] must have reverse DNS record", NoReverseDNS, "", Sender},
	{`450 4.7.26`, exchangeOnline, "450 4.7.26 Service does not accept messages sent over IPv6 unless they pass either SPF or DKIM validation", AuthFailed, "", Sender},
	{`550 5.7.23`, exchangeOnline, "550 5.7.23 The message was rejected because of Sender Policy Framework violation", AuthFailed, "spf", Sender},
	{`550 5.7.506 "Bad HELO"`, exchangeOnline, "550 5.7.506 Access Denied, Bad HELO", BadHELO, "", Sender},
	{`550 5.7.507|5.7.513`, exchangeOnline, "550 5.7.507 Access denied, rejected by recipient", Policy, "", Recipient},
	{`550 5.7.507|5.7.513`, exchangeOnline, "550 5.7.513 Service unavailable, Client host [192.0.2.1] blocked by example.org using Customer Block list", Policy, "", Recipient},
	{`550 5.7.508`, exchangeOnline, "550 5.7.508 Access denied, [2001:db8::1] has exceeded permitted limits", RateLimited, "ipv6", Sender},
	{`550 5.7.509`, exchangeOnline, "550 5.7.509 Access denied, sending domain example.net does not pass DMARC verification", AuthFailed, "dmarc", Sender},
	{`550 5.7.510`, exchangeOnline, "550 5.7.510 Access denied, example.org does not accept email over IPv6", Policy, "ipv6", Recipient},
	{`550 5.7.511`, exchangeOnline, "550 5.7.511 Access denied, banned sender [192.0.2.1]", IPBlocked, "Microsoft", Sender},
	{`550 5.7.512`, exchangeOnline, "550 5.7.512 Access denied, message must include a valid From address", NotRFCCompliant, "from", Content},
	{`550 5.7.515`, outlookMX, "550 5.7.515 Access denied, sending domain example.net does not meet the required authentication level", AuthFailed, "", Sender},
	{`550 5.7.606-649`, exchangeOnline, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", IPBlocked, "Microsoft", Sender},
	{`550 5.7.606-649`, exchangeOnline, "550 5.7.649 Access denied, banned sending IP [192.0.2.1]", IPBlocked, "Microsoft", Sender},
	{`451 4.7.500-699`, exchangeOnline, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)", RateLimited, "", Sender},
	{`451 4.7.500-699`, exchangeOnline, "451 4.7.699 Server busy", RateLimited, "", Sender},
	{`451 4.7.850-899`, exchangeOnline, "451 4.7.850 Access denied, please try again later", RateLimited, "pending evaluation", Sender},
	{`451 4.7.650 (S775)`, outlookMX, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. (S775)", BadReputation, "", Sender},
	{`550 5.7.1 (S3140|S3150)`, outlookMX, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. (S3140)", IPBlocked, "Microsoft", Sender},
	{`550 5.7.1 (S3140|S3150)`, outlookMX, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. (S3150)", IPBlocked, "Microsoft", Sender},
	{`4|5.7.321-325`, exchangeOnline, "450 4.7.321 starttls-not-supported: Destination mail server must support TLS", TLSFailed, "starttls-not-supported", Domain},
	{`4|5.7.321-325`, exchangeOnline, "550 5.7.325 certificate-host-mismatch", TLSFailed, "certificate-host-mismatch", Domain},
	{`4|5.7.321-325`, exchangeOnline, "450 4.4.317 Cannot establish session with remote server", TLSFailed, "", Domain},
	{`4|5.4.8`, exchangeOnline, "450 4.4.8 MX hosts of 'example.org' failed MTA-STS validation.", TLSFailed, "mta-sts", Domain},
	{`4|5.4.8`, exchangeOnline, "550 5.7.5 Remote certificate failed MTA-STS validation", TLSFailed, "mta-sts", Domain},
	{`4|5.4.312 / 316`, exchangeOnline, "450 4.4.312 DNS query failed", DomainUnknown, "", Route},
	{`4|5.4.312 / 316`, exchangeOnline, "550 5.4.316 Message expired, connection refused", NetworkError, "", Route},
	{`550 5.1.8, 5.7.705`, "", "550 5.1.8 Access denied, bad outbound sender", SenderRejected, "account", Sender},
	{`550 5.1.8, 5.7.705`, "", "550 5.7.705 Access denied, tenant has exceeded threshold", RateLimited, "tenant", Sender},
	{`550 5.1.8, 5.7.705`, "", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP", RateLimited, "tenant", Sender},
	{`550 5.1.8, 5.7.705`, "", "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains", SenderRejected, "unregistered", Sender},
	{`550 5.7.25 / 451 4.7.23`, gmailMX, "550 5.7.25 The IP address sending this message does not have a PTR record", NoReverseDNS, "", Sender},
	{`550 5.7.25 / 451 4.7.23`, gmailMX, "451 4.7.23 The sending IP address doesn't have a PTR record", NoReverseDNS, "", Sender},
	{`550 5.7.25 / 451 4.7.23`, gmailMX, "421 4.7.0 The IP address sending this message does not have a PTR record", NoReverseDNS, "", Sender},
	{`550 5.7.1 "IPv6 sending guidelines"`, gmailMX, "550 5.7.1 Our system has detected that this message does not meet IPv6 sending guidelines regarding PTR records and authentication", NoReverseDNS, "ipv6", Sender},
	{`550 5.7.26 / 421 4.7.26 "unauthenticated"`, gmailMX, "550 5.7.26 This mail has been blocked because the sender is unauthenticated", AuthFailed, "", Sender},
	{`550 5.7.26 / 421 4.7.26 "unauthenticated"`, gmailMX, "421 4.7.26 This mail has been rate limited because it is unauthenticated", AuthFailed, "", Sender},
	{`550 5.7.26 "hard fail policy"`, gmailMX, "550 5.7.26 The MAIL FROM domain [example.net] has an SPF record with a hard fail policy (-all)", AuthFailed, "spf", Sender},
	{`550|451 5.7.26|4.7.26 "DMARC policy"`, gmailMX, "550 5.7.26 Unauthenticated email from example.net is not accepted due to domain's DMARC policy", AuthFailed, "dmarc", Sender},
	{`550|451 5.7.26|4.7.26 "DMARC policy"`, gmailMX, "451 4.7.26 Unauthenticated email from example.net is not accepted due to domain's DMARC policy, but temporary DNS failures prevent authentication", AuthFailed, "dmarc", Sender},
	{`550 5.7.27 / 421 4.7.27`, gmailMX, "550 5.7.27 Your email has been blocked because SPF authentication didn't pass", AuthFailed, "spf", Sender},
	{`550|421 5.7.28|4.7.28`, gmailMX, "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail", RateLimited, "", Sender},
	{`550 5.7.29 / 421 4.7.29`, gmailMX, "550 5.7.29 this message wasn't sent over a TLS connection", TLSFailed, "no-tls", Sender},
	{`550 5.7.30 / 421 4.7.30`, gmailMX, "421 4.7.30 Your email has been rate limited because DKIM authentication didn't pass", AuthFailed, "dkim", Sender},
	{`421 5.7.32 / 4.7.32`, gmailMX, "421 5.7.32 Your email has been rate limited because the From: header isn't aligned", AuthFailed, "alignment", Sender},
	{`550 5.7.40 / 421 4.7.40`, gmailMX, "550 5.7.40 the sending domain doesn't have a DMARC record", AuthFailed, "dmarc", Sender},
	{`550 5.7.40 / 421 4.7.40`, gmailMX, "504 5.7.40 Unrecognized authentication type", AuthRequired, "", Sender},
	{`550|451 5.7.24|4.7.24`, gmailMX, "550 5.7.24 The SPF record of the sending domain has one or more suspicious entries", AuthFailed, "spf", Sender},
	{`550 5.7.1 / 421 4.7.0 "very low reputation"`, gmailMX, "421 4.7.0 suspicious due to the very low reputation of the sending IP address", BadReputation, "", Sender},
	{`550 5.7.1 "not authorized to send email directly"`, gmailMX, "550 5.7.1 The IP you're using to send mail is not authorized to send email directly to our servers", IPBlocked, "dynamic-address", Sender},
	{`550 5.7.0 "relay denied"`, "smtp-relay.gmail.com", "550 5.7.0 Mail relay denied [192.0.2.1]", RelayDenied, "", Sender},
	{`421 4.7.0 [TSS04]`, yahooMX, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints", BadReputation, "TSS04", Sender},
	{`553 5.7.2 [TSS09|TSS11]`, yahooMX, "553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred", IPBlocked, "Yahoo", Sender},
	{`553 5.7.2 [TSS09|TSS11]`, yahooMX, "553 5.7.2 [TSS11] All messages from 192.0.2.1 will be permanently deferred", IPBlocked, "Yahoo", Sender},
	{`553 5.7.1 [BL21|BL23]`, yahooMX, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", IPBlocked, "Spamhaus ZEN", Sender},
	{`554 [PH01]`, yahooMX, "554 Message not allowed - [PH01] Email not accepted for policy reasons", Policy, "", Content},
	{`550 5.7.9`, yahooMX, "550 5.7.9 This mail has been blocked because the sender is unauthenticated", AuthFailed, "", Sender},
	{`451|554 "unresolvable RFC.5321|5322"`, yahooMX, "451 Message temporarily deferred due to unresolvable RFC.5321 from domain", SenderRejected, "sender-domain", Sender},
	{`451|554 "unresolvable RFC.5321|5322"`, yahooMX, "554 unresolvable RFC.5322 from domain", SenderRejected, "sender-domain", Sender},
	{`554 5.7.1 [HME1]`, appleMX, "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks", AuthFailed, "", Sender},
	{`554 5.7.1 [HME1]`, appleMX, "554 5.7.1 Your message was rejected due to example.net's DMARC policy", AuthFailed, "dmarc", Sender},
	{`550 5.7.1 "listing in Spamhaus"`, appleMX, "550 5.7.1 Mail from IP 192.0.2.1 was rejected due to listing in Spamhaus SBL", IPBlocked, "Spamhaus SBL", Sender},
	{`550 5.7.1 "listing in Spamhaus"`, appleMX, "550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1", IPBlocked, "Proofpoint PDR", Sender},
	{`550 5.7.1 [CS01]`, appleMX, "550 5.7.1 [CS01] Message rejected due to local policy", Policy, "", Recipient},
	{`554|550 BL0000nn`, comcastMX, "550 5.1.0 192.0.2.1 BL000001", IPBlocked, "Spamhaus ZEN", Sender},
	{`554|550 BL0000nn`, comcastMX, "554 192.0.2.1 BL000010", IPBlocked, "Cloudmark CSI", Sender},
	{`554|550 BL0000nn`, comcastMX, "554 192.0.2.1 BL000100", IPBlocked, "Sender Score", Sender},
	{`554|550 BL0000nn`, comcastMX, "554 192.0.2.1 BL000000", IPBlocked, "Comcast", Sender},
	{`550 ES000001|ES000010`, comcastMX, "550 ES000001", IPBlocked, "dynamic-address", Sender},
	{`550 ES000001|ES000010`, comcastMX, "421 Access denied, No PTR record found for 192.0.2.1", NoReverseDNS, "", Sender},
	{`CXBL|CDRBL|CXDNS`, coxMX, "554 192.0.2.1 blocked AUP#CXBL", IPBlocked, "Cox", Sender},
	{`CXBL|CDRBL|CXDNS`, coxMX, "550 5.1.0 <a@example.net> sender rejected. AUP#CDRBL", IPBlocked, "Cox", Sender},
	{`CXBL|CDRBL|CXDNS`, coxMX, "554 192.0.2.1 AUP#CXDNS", NoReverseDNS, "", Sender},
	{`CXBL|CDRBL|CXDNS`, coxMX, "550 5.1.0 sender rejected. AUP#CXSNDR", AuthFailed, "", Sender},
	{`CXBL|CDRBL|CXDNS`, coxMX, "554 192.0.2.1 found on one or more DNSBLs AUP#IPBL0001", IPBlocked, "Spamhaus ZEN", Sender},
	{`AUP#1100-1150`, spectrumMX, "554 5.7.1 AUP#1100", NoReverseDNS, "", Sender},
	{`AUP#1100-1150`, spectrumMX, "554 5.7.1 AUP#1150", NoReverseDNS, "", Sender},
	{`OFR|LPN _102`, orangeMX, "421 Service refuse OFR_102", IPBlocked, "Orange", Sender},
	{`OFR|LPN _102`, orangeMX, "421 Service refuse OFR004_104 [104]", TooManyConnections, "", Sender},
	{`OFR|LPN _102`, "smtpz4.laposte.net", "421 Service refuse LPN_103", IPBlocked, "Orange", Sender},
	{`OFR|LPN _102`, orangeMX, "550 OFR_405 [405]", SenderRejected, "", Sender},
	{`OFR|LPN _102`, orangeMX, "550 5.1.1 OFR_416 [416]", UserUnknown, "", Recipient},
	{`OFR|LPN _102`, orangeMX, "552 OFR_417 [417]", MailboxFull, "", Recipient},
	{`OFR|LPN _102`, orangeMX, "550 5.2.0 Mail rejected. OFR_506 [506]", Spam, "", Content},
	{`OFR|LPN _102`, orangeMX, "550 OFR_510 [510]", IPBlocked, "Orange", Sender},
	{`OFR|LPN _102`, orangeMX, "550 OFR_517 [517]", AuthFailed, "dmarc", Sender},
	{`OFR|LPN _102`, orangeMX, "421 OFR_999 [999]", IPBlocked, "Orange, for two hours", Sender},
	{`554 ".. Nemesis ..`, gmxMX, "554-gmx.net (mxgmx016) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed. 554 https://postmaster.gmx.net/en/case?c=r0201", IPBlocked, "GMX / WEB.DE", Sender},
	{`554 ".. Nemesis ..`, gmxMX, "554-web.de (mxweb016) Nemesis ESMTP Service not available 554-Bad DNS PTR resource record. 554 https://postmaster.web.de/error-messages?c=rdns", NoReverseDNS, "", Sender},
	{`554 at banner (BL)|(NOWL)|(DIAL)`, telekomMX, "554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (BL)", IPBlocked, "T-Online", Sender},
	{`554 at banner (BL)|(NOWL)|(DIAL)`, telekomMX, "554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (NOWL)", IPBlocked, "not on their allow-list", Sender},
	{`554 at banner (BL)|(NOWL)|(DIAL)`, telekomMX, "554 IP=192.0.2.1 - Dialup/transient IP not allowed. Use a mailgateway. (DIAL)", IPBlocked, "dynamic-address", Sender},
	{`550 "spf|dkim|dmarc sender invalid`, mimecastMX, "550 SPF Sender Invalid - envelope rejected", AuthFailed, "spf", Sender},
	{`550 "spf|dkim|dmarc sender invalid`, mimecastMX, "550 DKIM Sender Invalid - envelope rejected", AuthFailed, "dkim", Sender},
	{`550 "spf|dkim|dmarc sender invalid`, mimecastMX, "550 DMARC Sender Invalid - envelope rejected", AuthFailed, "dmarc", Sender},
	{`550 "spf|dkim|dmarc sender invalid`, mimecastMX, "451 Internal resources are temporarily unavailable", Greylisted, "", Domain},
	{`550 "spf|dkim|dmarc sender invalid`, mimecastMX, "554 Host network not allowed", IPBlocked, "their network policy", Domain},
	{`554 at banner "sending MTA's poor reputation"`, ciscoMX, "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.", BadReputation, "Cisco Talos", Sender},
	{`554 "blocked using Barracuda Reputation"`, "d1.ess.barracudanetworks.com", "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation", IPBlocked, "Barracuda BRBL", Sender},
}

func TestProviderCodes(t *testing.T) {
	c := mustNew(t)
	for _, p := range providerCodes {
		e := Explain(p.reply)
		e.RemoteHost = p.host
		got := c.Classify(&e)
		if got.Reason != p.reason || got.Detail != p.detail || got.End != p.end {
			t.Errorf("%s: %s\n got %s %q %s by %s\nwant %s %q %s", p.host, p.reply, got.Reason, got.Detail, got.End, got.Rule, p.reason, p.detail, p.end)
		}
	}
}

// The reference table has no line without a reply here.
func TestProviderCodesCoverReference(t *testing.T) {
	text, err := os.ReadFile("../../shared/reference/provider-codes.tsv")
	if err != nil {
		t.Skip("the reference table is not here: ", err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) < 3 {
			continue
		}
		found := false
		for _, p := range providerCodes {
			found = found || strings.HasPrefix(f[2], p.key)
		}
		if !found {
			t.Errorf("no reply for the line %s", strings.TrimSpace(line))
		}
	}
}
