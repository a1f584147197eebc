package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
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

// answer says in three sentences what fails, why and at whose end, and what to do; fewer where there is less to say.
func answer(in Input) []string {
	an := in.Analysis
	total := &an.Total
	switch {
	case in.probesOnly():
		return verdict(in)
	case an.Books.Read() == 0:
		return []string{"Nothing was read, so nothing can be said."}
	case total.Failing() > 0:
		return []string{whatFails(an), whyItFails(in), whatToDo(in)}
	case total.Recipients > 0:
		return []string{fmt.Sprintf("Nothing failed: mail to %s was delivered.", count(total.Recipients, "recipient", "recipients"))}
	}
	return []string{"Nothing failed: what was read tells of no mail that failed."}
}

// verdict is the answer where nothing but the probes can give one.
func verdict(in Input) []string {
	main := mainDiagnosis(in)
	if main == nil {
		if len(in.Probes.Diagnoses) == 1 {
			return []string{stop(in.Probes.Overall.Summary) + "."}
		}
		return []string{fmt.Sprintf("The probes of %d domains found no cause.", len(in.Probes.Diagnoses))}
	}
	sentences := []string{conclusion(main)}
	if main.Remedy != "" {
		sentences = append(sentences, "What to do: "+stop(main.Remedy)+".")
	}
	return sentences
}

// mainDiagnosis is the verdict over all domains, else that for the most urgent one; nil where neither names a cause.
func mainDiagnosis(in Input) *diagnose.Diagnosis {
	p := in.Probes
	switch {
	case p == nil:
		return nil
	case p.Overall.Rule != "":
		return &p.Overall
	case len(p.Diagnoses) > 0 && p.Diagnoses[0].Rule != "":
		return &p.Diagnoses[0]
	}
	return nil
}

// conclusion says a verdict in one sentence.
func conclusion(d *diagnose.Diagnosis) string {
	return fmt.Sprintf("%s (%s, %s sure).", stop(d.Summary), EndInWords(d.End), percent(d.Confidence))
}

func whatFails(an *aggregate.Analysis) string {
	t := &an.Total
	var b strings.Builder
	fmt.Fprintf(&b, "Mail to %s at %s has not arrived", count(t.Failing(), "recipient", "recipients"), count(len(an.Domains), "domain", "domains"))
	if an.Books.Lines > 0 {
		fmt.Fprintf(&b, ", of %d that were tried", t.Recipients)
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.Bounced, "bounced"}, {t.Expired, "given up after too long"}, {t.Pending, "still being tried"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	fmt.Fprintf(&b, ": %s", strings.Join(parts, ", "))
	if !t.First.IsZero() {
		fmt.Fprintf(&b, "; first %s, last %s", clock(t.First), clock(t.Last))
	}
	return b.String() + "."
}

func whyItFails(in Input) string {
	g := &in.Analysis.Domains[0]
	who := name(g)
	if !g.Onset.IsZero() {
		who += ", since " + clock(g.Onset)
	}
	main := mainDiagnosis(in)
	switch {
	case main != nil && main.Domain == "":
		return conclusion(main)
	case main != nil && main.Domain == g.Domain:
		return fmt.Sprintf("The most urgent is %s: %s", who, conclusion(main))
	}
	if s := burstAtProvider(in.Analysis); s != "" {
		return s
	}
	r, _ := g.Main()
	return fmt.Sprintf("The most urgent is %s, %s: %s", who, count(r.Count, "recipient", "recipients"), plain(g))
}

// plain says a group's main reason as one would say it to a manager.
func plain(g *aggregate.Group) string {
	r, _ := g.Main()
	word := string(r.Reason)
	if r.Detail != "" {
		word += " " + Printable(r.Detail)
	}
	return fmt.Sprintf("%s (%s, %s).", stop(classify.MeaningOf(r.Reason).Sentence), word, EndInWords(r.End))
}

// burstAtProvider says what many domains at one provider have in common, where these are most of those that fail.
func burstAtProvider(an *aggregate.Analysis) string {
	for i := range an.Providers {
		p := &an.Providers[i]
		if p.Domains < 3 || 2*p.Domains < len(an.Domains) || p.Onset.IsZero() {
			continue
		}
		return fmt.Sprintf("Since %s, mail to %d domains fails, all of them at %s: %s", clock(p.Onset), p.Domains, Printable(p.Provider), plain(p))
	}
	return ""
}

func whatToDo(in Input) string {
	r, _ := in.Analysis.Domains[0].Main()
	remedy := classify.MeaningOf(r.Reason).Remedy
	if patience(r.Reason) && r.Pending < r.Count {
		remedy = "Find out why no retry came through in time, then send these messages again."
	}
	if main := mainDiagnosis(in); main != nil && main.Remedy != "" {
		remedy = main.Remedy
	}
	return "What to do: " + stop(remedy) + "."
}

// patience reports whether the usual remedy of a reason is to wait.
func patience(r classify.Reason) bool {
	switch r {
	case classify.Greylisted, classify.RateLimited, classify.TooManyConnections, classify.ExpiredReason:
		return true
	}
	return false
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
		s += fmt.Sprintf(" %s damaged, and understood as far as possible.", count(b.Warnings, "was", "were"))
	}
	if b.FilesSkipped > 0 {
		s += fmt.Sprintf(" %s skipped.", count(b.FilesSkipped, "other file", "other files"))
	}
	if in.Interrupted {
		s += " The reading was interrupted: there is more."
	}
	return s
}

// toldApart lists what was read but is no failure of ours to deliver.
func toldApart(an *aggregate.Analysis) string {
	var parts []string
	for _, c := range an.NotFailures {
		parts = append(parts, fmt.Sprintf("%d %s", c.Count, Printable(c.Name)))
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
	for _, sentence := range answer(in) {
		p.text("", sentence)
	}
	if in.Probes == nil {
		return p.w.Flush()
	}
	for _, d := range append([]diagnose.Diagnosis{in.Probes.Overall}, in.Probes.Diagnoses...) {
		if d.Plain == "" || d.Domain != "" && sameCause(&d, &in.Probes.Overall) {
			continue
		}
		if d.Domain != "" {
			p.heading(Printable(d.Domain))
		} else {
			p.line("")
		}
		p.text("", Printable(d.Plain))
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
