package mtasts

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		mode string
		mx   []string
		err  string
	}{
		{"version: STSv1\r\nmode: enforce\r\nmx: mx1.there.example\r\nmx: *.there.example.\r\nmax_age: 604800\r\n", "enforce", []string{"mx1.there.example", "*.there.example"}, ""},
		{"version: STSv1\nmode: none\nmax_age: 1\n", "none", nil, ""},
		{"version: STSv1\nmode: enforce\n", "enforce", nil, "it names no mail server"},
		{"mode: enforce\nmx: a.example\n", "enforce", []string{"a.example"}, "it is not of version STSv1"},
		{"version: STSv1\nmode: strict\nmx: a.example", "strict", []string{"a.example"}, `its mode is none that is known: "strict"`},
		{"version: STSv1\nmax_age: soon", "", nil, `max_age is not a number: "soon"`},
		{"<html>not found</html>", "", nil, `the line "<html>not found</html>" has no colon`},
		{"", "", nil, "it is not of version STSv1"},
		{strings.Repeat("x", maxPolicy+1), "", nil, "bufio.Scanner: token too long"},
	} {
		p, err := Parse(test.text)
		if p.Mode != test.mode || !slices.Equal(p.MX, test.mx) || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%.60q: %+v, %v", test.text, p, err)
		}
	}
}

func TestAllows(t *testing.T) {
	p := Policy{MX: []string{"mx1.there.example", "*.pool.example"}}
	for host, want := range map[string]bool{"MX1.there.example.": true, "mx2.there.example": false, "a.pool.example": true,
		"a.b.pool.example": false, "pool.example": false, "": false} {
		if p.Allows(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

func TestAnnounced(t *testing.T) {
	for text, want := range map[string]bool{"v=STSv1; id=1": true, "v=STSv1;id=1;": true, "v=STSv11; id=1": false, "id=1; v=STSv1": false, "": false} {
		if Announced(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("version: STSv1\r\nmode: enforce\r\nmx: *.a.example\r\nmax_age: 86400\r\n")
	f.Add("mx:\n:::\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err == nil && p.Mode != "none" && len(p.MX) == 0 {
			t.Errorf("%q: %+v", text, p)
		}
		p.Allows("mx.a.example")
	})
}
