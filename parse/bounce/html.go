package bounce

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText turns HTML into the lines that a reader of it sees.
func htmlText(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	hidden := 0
	for b.Len() < maxText {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				writeWords(&b, string(z.Text()))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Style, atom.Script, atom.Title:
				if kind == html.StartTagToken {
					hidden++
				} else if hidden > 0 {
					hidden--
				}
			case atom.Br, atom.P, atom.Div, atom.Tr, atom.Li, atom.Pre, atom.Table, atom.Blockquote, atom.Hr,
				atom.H1, atom.H2, atom.H3, atom.H4:
				b.WriteByte('\n')
			case atom.Td, atom.Th:
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

// writeWords writes text with its runs of blanks made one; a line end in the source is a blank to the reader.
func writeWords(b *strings.Builder, text string) {
	text = strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " ")
	if text == "" {
		return
	}
	if isSpace(text[0]) {
		b.WriteByte(' ')
	}
	for i, word := range strings.Fields(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	if isSpace(text[len(text)-1]) {
		b.WriteByte(' ')
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
