package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"ndrscope/aggregate"
)

// Table writes the report for people: the answer in a few sentences, the domains, the providers, the evidence, the
// wordings that no rule knows, and what was read.
func Table(w io.Writer, in Input, opt TableOptions) error {
	p := &page{
		w: bufio.NewWriter(w), width: max(opt.Width, 40), color: opt.Color, verbose: opt.Verbose,
		bounces: !in.probesOnly(), shown: map[string]bool{},
	}
	for _, sentence := range answer(in, true) {
		p.text("", sentence)
	}
	if !in.probesOnly() {
		p.domains(in)
		p.providers(in)
	}
	p.probes(in)
	p.unknown(in)
	if apart := toldApart(in.Analysis); apart != "" {
		p.line("")
		p.text("", "Not counted as failures: "+apart+".")
	}
	if !in.probesOnly() {
		p.line("")
		p.text("", coverage(in))
	}
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// page is a report being written. Every line that it writes fits the width.
type page struct {
	w     *bufio.Writer
	width int
	color bool
	// verbose is TableOptions.Verbose.
	verbose bool
	bounces bool            // there is more than what the probes found
	shown   map[string]bool // findings that were written already
	err     error
}

func (p *page) line(s string) { p.w.WriteString(s + "\n") }

// text writes wrapped text; lines after the first are indented like the first one's text.
func (p *page) text(first, s string) {
	indent := strings.Repeat(" ", columns(first))
	for i, line := range wrap(s, max(p.width-columns(first), 16)) {
		if i == 0 {
			p.line(first + line)
		} else {
			p.line(indent + line)
		}
	}
}

func (p *page) heading(s string) {
	p.line("")
	for _, line := range wrap(s, p.width) {
		p.line(p.bold(line))
	}
}

func (p *page) bold(s string) string  { return p.ansi("1", s) }
func (p *page) faint(s string) string { return p.ansi("2", s) }

// ansi sets text off by an SGR code; nothing is told by that alone.
func (p *page) ansi(code, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// column of a table over groups.
type column struct {
	title string
	width int // columns of text; 0 takes the room that is left
	right bool
	// from is the page width from which on there is room for it.
	from int
	// stretch makes a column wider where the names leave room.
	stretch bool
	// optional columns are left out where no group has anything in them.
	optional bool
	shape    func(s string, width int) string
	cell     func(g *aggregate.Group) string
}

// gap is the space between two columns.
const gap = 2

var groupColumns = []column{
	{title: "Failed", width: 6, right: true, cell: func(g *aggregate.Group) string { return fmt.Sprint(g.Failed()) }},
	{title: "Waiting", width: 7, right: true, from: 70, cell: func(g *aggregate.Group) string { return fmt.Sprint(g.Pending) }},
	{title: "Rate", width: 4, right: true, from: 76, optional: true, cell: rate},
	{title: "Main reason", width: 22, stretch: true, cell: reasons, shape: cutReason},
	{title: "End", width: 7, from: 56, cell: end},
	{title: "Since", width: 17, from: 100, cell: since},
}

func (p *page) domains(in Input) {
	groups := in.Analysis.Domains
	if in.Top > 0 {
		groups = groups[:min(in.Top, len(groups))]
	}
	if len(groups) == 0 {
		return
	}
	if left := len(in.Analysis.Domains) - len(groups); left > 0 {
		most := "The domain"
		if len(groups) > 1 {
			most = fmt.Sprintf("The %d domains", len(groups))
		}
		p.heading(fmt.Sprintf("%s to mend first (%d more: --top 0)", most, left))
	} else {
		p.heading("Domains, the one to mend first on top")
	}
	cols := append([]column{{title: "Domain", cell: name, shape: cutHead}}, groupColumns...)
	cols = append(cols,
		column{title: "Provider", width: 13, from: 120, optional: true, cell: func(g *aggregate.Group) string { return Printable(g.Provider) }},
		column{title: "What they say", from: roomy, cell: says})
	p.groups(cols, groups)
	p.ends(in.Analysis)
	p.order(groups)
}

// roomy is the width from which on the table itself holds what the servers say.
const roomy = 140

// ends says how the failures spread over the ends at which one can fail.
func (p *page) ends(an *aggregate.Analysis) {
	if s := ends(an); s != "" {
		p.line("")
		p.text("", "At whose end, by the replies alone: "+s)
	}
}

// Bounds of how the place of a domain in the list is explained.
const (
	explained = 3   // domains
	maxSaid   = 160 // columns of a server's words
)

// order says how the rank came about, and what the servers of those on top say.
func (p *page) order(groups []aggregate.Group) {
	if len(groups) == 1 {
		if said := p.verbatim(&groups[0]); said != "" {
			p.line("")
			p.text("Verbatim: ", said)
		}
		return
	}
	p.line("")
	p.line("Why in this order:")
	shown := ""
	for i := range groups[:min(explained, len(groups))] {
		g := &groups[i]
		p.text(fmt.Sprintf("  %d. ", i+1), name(g)+": "+stop(g.Harm.Why)+".")
		if said := p.verbatim(g); said != "" && said != shown {
			p.text("     Verbatim: ", said)
			shown = said
		}
	}
}

// verbatim is an example of what is said of a group's main reason, unless the table has it.
func (p *page) verbatim(g *aggregate.Group) string {
	if p.width >= roomy {
		return ""
	}
	return cut(says(g), maxSaid)
}

func (p *page) providers(in Input) {
	var groups []aggregate.Group
	for _, g := range in.Analysis.Providers {
		if g.Domains > 1 {
			groups = append(groups, g)
		}
	}
	if in.Top > 0 {
		groups = groups[:min(in.Top, len(groups))]
	}
	if len(groups) == 0 {
		return
	}
	p.heading("Providers at which several domains fail")
	cols := append([]column{
		{title: "Provider", cell: name},
		{title: "Domains", width: 7, right: true, from: 70, cell: func(g *aggregate.Group) string { return fmt.Sprint(g.Domains) }},
	}, groupColumns...)
	p.groups(cols, groups)
}

// groups draws those columns for which there is room, exactly as wide as the page.
func (p *page) groups(all []column, groups []aggregate.Group) {
	var cols []column
	room, flexible := p.width, 0
	for _, c := range all {
		if p.width < c.from || c.optional && blank(groups, c.cell) {
			continue
		}
		if c.width == 0 {
			flexible++
		} else {
			c.width = min(c.width, widest(groups, c))
		}
		cols = append(cols, c)
		room -= c.width + gap
	}
	room += gap
	for i := range cols {
		if c := &cols[i]; c.stretch {
			more := max(0, min(widest(groups, *c)-c.width, room-named(groups, cols)))
			c.width += more
			room -= more
		}
	}
	for i := range cols {
		if cols[i].width == 0 {
			cols[i].width = max(room/flexible, 8)
			if flexible > 1 {
				cols[i].width = min(cols[i].width, widest(groups, cols[i]))
			}
			room -= cols[i].width
			flexible--
		}
		if cols[i].shape == nil {
			cols[i].shape = cut
		}
	}
	rows := make([][]string, len(groups))
	for i := range groups {
		for _, c := range cols {
			rows[i] = append(rows[i], c.shape(c.cell(&groups[i]), c.width))
		}
	}
	p.table(cols, rows)
}

// named is what the columns without a width of their own need, but no more than a usual name.
func named(groups []aggregate.Group, cols []column) int {
	const usual = 36
	n := 0
	for _, c := range cols {
		if c.width == 0 {
			n += min(widest(groups, c), usual)
		}
	}
	return n
}

func blank(groups []aggregate.Group, cell func(*aggregate.Group) string) bool {
	return !slices.ContainsFunc(groups, func(g aggregate.Group) bool { return cell(&g) != "" })
}

// widest is what a column needs.
func widest(groups []aggregate.Group, c column) int {
	n := columns(c.title)
	for i := range groups {
		n = max(n, columns(c.cell(&groups[i])))
	}
	return n
}

// table draws rows whose cells fit their columns already.
func (p *page) table(cols []column, rows [][]string) {
	var (
		titles []string
		widths = tw.NewMapper[int, int]()
		aligns = make([]tw.Align, len(cols))
		pads   = make([]tw.Padding, len(cols))
	)
	for i, c := range cols {
		titles = append(titles, cut(c.title, c.width))
		aligns[i] = tw.AlignLeft
		if c.right {
			aligns[i] = tw.AlignRight
		}
		pads[i] = tw.Padding{Right: strings.Repeat(" ", gap), Overwrite: true}
		width := c.width + gap
		if i == len(cols)-1 {
			pads[i].Right, width = "", c.width
		}
		widths.Set(i, width)
	}
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: aligns},
		Padding:    tw.CellPadding{PerColumn: pads},
	}
	var drawn bytes.Buffer
	table := tablewriter.NewTable(&drawn,
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{
				Lines:      tw.Lines{ShowHeaderLine: tw.On},
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
			},
		})),
		tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell, Widths: tw.CellWidth{PerColumn: widths}}),
	)
	table.Header(titles)
	if err := errors.Join(table.Bulk(rows), table.Render()); err != nil {
		p.err = err
		return
	}
	for line := range strings.Lines(drawn.String()) {
		p.line(strings.TrimRight(line, " \n"))
	}
}

func rate(g *aggregate.Group) string {
	if r, ok := g.FailureRate(); ok {
		return percent(r)
	}
	return ""
}

// reasons is the reason that weighs most, and how many others there are.
func reasons(g *aggregate.Group) string {
	r, ok := g.Main()
	if !ok {
		return ""
	}
	s := string(r.Reason)
	if r.Detail != "" {
		s += " " + Printable(r.Detail)
	}
	if more := len(g.Reasons) - 1; more > 0 {
		s += fmt.Sprintf(" +%d", more)
	}
	return s
}

// cutReason shortens a reason before the number of others that ends it.
func cutReason(s string, width int) string {
	at := strings.LastIndex(s, " +")
	if columns(s) <= width || at < 0 {
		return cut(s, width)
	}
	return cut(s[:at], width-len(s[at:])) + s[at:]
}

func end(g *aggregate.Group) string {
	r, _ := g.Main()
	return endWord(r.End)
}

func since(g *aggregate.Group) string {
	if !g.Onset.IsZero() {
		return clock(g.Onset)
	}
	return clock(g.First)
}

func says(g *aggregate.Group) string {
	if len(g.Samples) == 0 {
		return ""
	}
	return Printable(g.Samples[g.Harm.Main].Event.Diagnostic)
}
