package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/parse"
)

// domains are those to list: the worst Top, or all, those to which nothing fails last.
func (in Input) domains() []aggregate.Group {
	all := in.Analysis.Domains
	if in.Top > 0 {
		return all[:min(in.Top, len(all))]
	}
	return append(all[:len(all):len(all)], in.Analysis.Quiet...)
}

// probesOnly reports whether domains were probed without any mail or log read.
func (in Input) probesOnly() bool {
	b := in.Analysis.Books
	return in.Probes != nil && b.Read() == 0 && b.FilesSkipped == 0
}

// coverage is the last line of a report: what was read and what became of it, so that it adds up.
func coverage(in Input) string {
	an := in.Analysis
	b := an.Books
	var items []string
	if b.Messages > 0 || b.Lines == 0 {
		items = append(items, count(b.Messages, "message", "messages"))
	}
	if b.Lines > 0 {
		items = append(items, count(b.Lines, "log line", "log lines"))
	}
	files := ""
	if b.Files > 1 {
		files = fmt.Sprintf(" in %d files", b.Files)
	}
	s := fmt.Sprintf("Read %s%s: %d understood, %d ignored, %d skipped; %d unclassified.", strings.Join(items, " and "), files,
		b.Understood, b.Ignored, b.Skipped, an.Unclassified)
	if b.Warnings > 0 {
		s += fmt.Sprintf(" %s damaged, and used as far as possible.", count(b.Warnings, "was", "were"))
	}
	if b.FilesSkipped > 0 {
		s += fmt.Sprintf(" %s skipped.", count(b.FilesSkipped, "other file", "other files"))
	}
	if in.Interrupted {
		s += " The reading was interrupted: there is more."
	}
	return s
}

// ends says at whose end how many recipients fail; nothing where it is the same for all.
func ends(an *aggregate.Analysis) string {
	counts := map[classify.End]int{}
	for _, r := range an.Total.Reasons {
		counts[r.End] += r.Count
	}
	if len(counts) < 2 {
		return ""
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b classify.End) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, e := range order {
		parts = append(parts, fmt.Sprintf("%d %s", counts[e], EndInWords(e)))
	}
	return strings.Join(parts, ", ") + "."
}

// notFailures says in words what was told apart, for one and for many.
var notFailures = map[string][2]string{
	"auto-reply":                    {"automatic reply", "automatic replies"},
	"auto-reply vacation":           {"vacation reply", "vacation replies"},
	"auto-reply challenge-response": {"challenge to prove a human sender", "challenges to prove a human sender"},
	"feedback":                      {"complaint", "complaints"},
	"delivery local":                {"local delivery", "local deliveries"},
	"failure local":                 {"local failure", "local failures"},
	"delay local":                   {"local delay", "local delays"},
	"relay local":                   {"hand-over to a content filter or queue of our own", "hand-overs to content filters or queues of our own"},
	"expansion":                     {"handed to a list", "handed to lists"},
	"ignored bulk":                  {"newsletter or list mail", "newsletters and list mails"},
	"ignored mdn":                   {"read receipt", "read receipts"},
	"ignored dmarc-report":          {"DMARC report", "DMARC reports"},
	"ignored tls-report":            {"TLS report", "TLS reports"},
	"ignored ordinary":              {"ordinary mail", "ordinary mails"},
	"ignored backscatter":           {"bounce of mail that we never sent", "bounces of mail that we never sent"},
	"ignored inbound":               {"refusal of mail to us", "refusals of mail to us"},
	"ignored notification":          {"notice that our own server sent of a failure", "notices that our own server sent of failures"},
	otherTimes:                      {"of another time", "of another time"},
}

const otherTimes = string(parse.Ignored) + " " + string(parse.OtherTime)

// otherTime counts what is outside of the time that was asked for.
func otherTime(an *aggregate.Analysis) int {
	for _, c := range an.NotFailures {
		if c.Name == otherTimes {
			return c.Count
		}
	}
	return 0
}

// toldApart lists what was read but is no failure of ours to deliver.
func toldApart(an *aggregate.Analysis) string {
	var parts []string
	for _, c := range an.NotFailures {
		words, ok := notFailures[c.Name]
		if !ok {
			words = [2]string{Printable(c.Name), Printable(c.Name)}
		}
		parts = append(parts, count(c.Count, words[0], words[1]))
	}
	return strings.Join(parts, ", ")
}

// EndInWords says in words at whose end a failure is.
func EndInWords(e classify.End) string {
	switch e {
	case classify.Sender:
		return "at our end"
	case classify.Recipient:
		return "at the recipient"
	case classify.Domain:
		return "at their mail system"
	case classify.Route:
		return "on the way between us and them"
	case classify.Content:
		return "in the message"
	}
	return "at an unknown end"
}

// endWord is EndInWords in one short word for a column.
func endWord(e classify.End) string {
	switch e {
	case classify.Sender:
		return "us"
	case classify.Recipient:
		return "mailbox"
	case classify.Domain:
		return "them"
	case classify.Route:
		return "route"
	case classify.Content:
		return "content"
	}
	return "unknown"
}

// name of a domain's or provider's group, safe to print.
func name(g *aggregate.Group) string {
	if g.Domain == "" {
		return "(no domain)"
	}
	return Printable(g.Domain)
}

// share is a number of recipients out of all.
func share(n, all int) string {
	if n == all {
		return count(n, "recipient", "recipients")
	}
	return fmt.Sprintf("%d of %s", n, count(all, "recipient", "recipients"))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// percent of a share from 0 to 1; never 0% or 100% unless it is exactly that.
func percent(share float64) string {
	switch p := share * 100; {
	case p > 0 && p < 1:
		return "<1%"
	case p > 99 && p < 100:
		return ">99%"
	default:
		return fmt.Sprintf("%.0f%%", p)
	}
}

// clock is a time to the minute, in UTC.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// stop takes a sentence's full stop off.
func stop(s string) string { return strings.TrimSuffix(Printable(s), ".") }

// Plain writes the verdicts alone, in words for a customer or a manager.
func Plain(w io.Writer, in Input, width int) error {
	p := &page{w: bufio.NewWriter(w), width: max(width, 40)}
	for _, sentence := range answer(in, false) {
		p.text("", sentence)
	}
	p.ends(in.Analysis)
	if in.Probes == nil {
		return p.w.Flush()
	}
	overall := &in.Probes.Overall
	if overall.Plain != "" {
		p.line("")
		p.text("", Printable(overall.Plain))
	}
	var texts []string
	domains := map[string][]string{}
	for _, d := range in.Probes.Diagnoses {
		if d.Plain == "" || d.Plain == overall.Plain || sameCause(&d, overall) {
			continue
		}
		if domains[d.Plain] == nil {
			texts = append(texts, d.Plain)
		}
		domains[d.Plain] = append(domains[d.Plain], Printable(d.Domain))
	}
	for _, text := range texts {
		p.heading(strings.Join(domains[text], ", "))
		p.text("", Printable(text))
	}
	return p.w.Flush()
}

// Verdict writes the main conclusion once more, as the last word of a long report.
func Verdict(w io.Writer, in Input, width int) error {
	d := mainDiagnosis(in)
	if d == nil {
		return nil
	}
	p := &page{w: bufio.NewWriter(w), width: max(width, 40)}
	p.line("")
	p.text("The verdict: ", conclusion(d))
	return p.w.Flush()
}
