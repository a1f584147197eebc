// Package dmarc finds and reads DMARC records (RFC 9989, formerly RFC 7489), and says whether names are aligned.
package dmarc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/publicsuffix"

	"ndrscope/diagnose/dnsq"
)

// Record is what a domain asks of receivers.
type Record struct {
	Policy, SubPolicy string // none, quarantine or reject; SubPolicy is "" where not given
	StrictDKIM        bool   // adkim=s
	StrictSPF         bool   // aspf=s
	PSD               string // y, n or u
	Testing           bool   // t=y
}

// Parse reads a record. ok is false for a text that is no DMARC record at all.
func Parse(text string) (rec Record, ok bool, err error) {
	first, rest, _ := strings.Cut(text, ";")
	name, value, _ := strings.Cut(first, "=")
	if strings.TrimSpace(name) != "v" || strings.TrimSpace(value) != "DMARC1" {
		return rec, false, nil
	}
	rec.PSD = "u"
	hasReports := false
	for part := range strings.SplitSeq(rest, ";") {
		name, value, found := strings.Cut(part, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == "" && !found {
			continue
		}
		switch lower := strings.ToLower(value); name {
		case "p", "sp":
			if lower != "none" && lower != "quarantine" && lower != "reject" {
				err = fmt.Errorf("%s=%s is no policy", name, value)
				continue
			}
			if name == "p" {
				rec.Policy = lower
			} else {
				rec.SubPolicy = lower
			}
		case "adkim":
			rec.StrictDKIM = lower == "s"
		case "aspf":
			rec.StrictSPF = lower == "s"
		case "psd":
			rec.PSD = lower
		case "t":
			rec.Testing = lower == "y"
		case "rua":
			hasReports = value != ""
		}
	}
	if rec.Policy == "" && err == nil && !hasReports {
		err = errors.New("it has no policy (p=)")
	}
	if rec.Policy == "" { // section 4.7: an invalid policy with reports asked for counts as none
		rec.Policy = "none"
	}
	return rec, true, err
}

// Found is the record that applies to a domain.
type Found struct {
	Record   Record
	At       string // the domain that publishes it; "" if there is none
	Multiple bool   // more than one record there: none counts
	Policy   string // for the domain that was asked for
	Err      error  // in the record
	Failure  string // of a lookup
	Answers  []dnsq.Answer
}

// Discover walks up the tree from a domain, RFC 9989 section 4.10: its own record first, else that of the
// organizational domain above it.
func Discover(ctx context.Context, a dnsq.Asker, domain string) Found {
	var found Found
	labels := dns.SplitDomainName(domain)
	for step := 0; len(labels) > 0; step++ {
		at := strings.Join(labels, ".")
		answer := a.Lookup(ctx, "_dmarc."+at, dns.TypeTXT)
		found.Answers = append(found.Answers, answer)
		if answer.Kind() == dnsq.Failed {
			found.Failure = answer.Question() + ": " + answer.Failure()
			return found
		}
		records, first, err := read(answer)
		switch {
		case len(records) > 1:
			found.Multiple, found.At = true, at
			if step == 0 {
				return found
			}
		case len(records) == 1 && (first.PSD != "y" || step == 0):
			found.Record, found.At, found.Err, found.Multiple = first, at, err, false
			found.Policy = first.Policy
			if step > 0 && first.SubPolicy != "" {
				found.Policy = first.SubPolicy
			}
			if step == 0 || first.PSD == "n" {
				return found
			}
		}
		if len(labels) > 8 { // at most eight questions, section 4.10
			labels = labels[len(labels)-7:]
		} else {
			labels = labels[1:]
		}
		if suffix, icann := publicsuffix.PublicSuffix(strings.Join(labels, ".")); icann && suffix == strings.Join(labels, ".") {
			break // no need to trouble a registry
		}
	}
	return found
}

func read(a dnsq.Answer) (records []string, first Record, err error) {
	for _, rr := range a.Records() {
		t, isTXT := rr.(*dns.TXT)
		if !isTXT {
			continue
		}
		text := strings.Join(t.Txt, "")
		rec, ok, e := Parse(text)
		if !ok {
			continue
		}
		if len(records) == 0 {
			first, err = rec, e
		}
		records = append(records, text)
	}
	return records, first, err
}

// Aligned says whether a domain stands for the domain of From: the same one, or in relaxed mode one of the same
// organization (RFC 9989 section 4.4).
func Aligned(domain, from string, strict bool) bool {
	domain, from = strings.ToLower(domain), strings.ToLower(from)
	if domain == from {
		return domain != ""
	}
	return !strict && domain != "" && Organization(domain) == Organization(from)
}

// Organization is the organizational domain by the public suffix list.
func Organization(domain string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return org
	}
	return domain
}
