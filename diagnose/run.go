package diagnose

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"ndrscope/aggregate"
	"ndrscope/diagnose/dnsbl"
	"ndrscope/diagnose/dnsq"
	"ndrscope/diagnose/tape"
)

// Run probes the worst domains of an analysis, top of them or all when top is 0, and draws the verdicts. It always
// returns: what could not be asked in time is unknown, and Incomplete says so.
func Run(ctx context.Context, analysis *aggregate.Analysis, top int, cfg Config) *Result {
	r := newRun(analysis, cfg)
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Deadline)
	defer cancel()
	cases := r.cases(top)
	r.opened = cases
	r.chooseTruth(ctx, cases)
	r.probe(ctx, cases)

	result := &Result{Incomplete: r.incomplete(ctx)}
	for _, c := range cases {
		result.Diagnoses = append(result.Diagnoses, c.diagnose())
		result.Findings = append(result.Findings, c.findings...)
	}
	result.Findings = unique(result.Findings)
	result.Overall = overall(cases, result.Diagnoses)
	return result
}

// run is what all probes of one run share.
type run struct {
	cfg       Config
	analysis  *aggregate.Analysis
	client    *dnsq.Client
	ours      []*dnsq.Resolver
	iterator  *dnsq.Iterator
	reference dnsq.Asker
	// truth is whom to ask about the world: the reference, or one of ours where the reference is out of reach.
	truth          dnsq.Asker
	referenceWorks bool
	lists          *dnsbl.Client

	opened   []*caseFile
	planOnce tape.Once
	planned  map[netip.Addr]*planned

	mu     sync.Mutex
	shared map[string]*sharedFindings
}

type sharedFindings struct {
	once     tape.Once
	findings []Finding
}

// settings are the part of the configuration that a recording has to keep.
type settings struct {
	Now                 time.Time        `json:"now"`
	Resolvers           []netip.AddrPort `json:"resolvers"`
	Reference           netip.AddrPort   `json:"reference"`
	Roots               []netip.AddrPort `json:"roots"`
	Egress              []netip.Addr     `json:"egress"`
	HELO                string           `json:"helo"`
	From                string           `json:"from"`
	OurHosts            []string         `json:"our_hosts"`
	SMTP, SMTPRecipient bool
	Bind                netip.Addr `json:"bind"`
}

const settingsKey, endKey = "settings", "end"

func newRun(analysis *aggregate.Analysis, cfg Config) *run {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 3 * time.Second
	}
	if cfg.Deadline <= 0 {
		cfg.Deadline = time.Minute
	}
	if cfg.Tape == nil {
		cfg.Tape = new(tape.Tape)
	}
	s := settings{cfg.Now(), cfg.Resolvers, cfg.Reference, cfg.Roots, cfg.Egress, cfg.HELO, cfg.From, cfg.OurHosts,
		cfg.SMTP, cfg.SMTPRecipient, cfg.Bind}
	if cfg.Tape.Get(settingsKey, &s) { // a recording is diagnosed as it was made
		cfg.Resolvers, cfg.Reference, cfg.Roots, cfg.Egress = s.Resolvers, s.Reference, s.Roots, s.Egress
		cfg.HELO, cfg.From, cfg.OurHosts, cfg.Bind = s.HELO, s.From, s.OurHosts, s.Bind
		cfg.SMTP, cfg.SMTPRecipient = s.SMTP, s.SMTPRecipient
		cfg.Now = func() time.Time { return s.Now }
	} else {
		cfg.Tape.Put(settingsKey, s)
	}
	r := &run{cfg: cfg, analysis: analysis, shared: map[string]*sharedFindings{}}
	r.client = &dnsq.Client{Dialer: cfg.Dialer, Now: cfg.Now, Tape: cfg.Tape, Timeout: cfg.Timeout}
	for i, at := range cfg.Resolvers {
		if slices.Contains(cfg.Resolvers[:i], at) {
			continue
		}
		r.ours = append(r.ours, &dnsq.Resolver{Client: r.client, Server: at})
	}
	r.iterator = &dnsq.Iterator{Client: r.client, Roots: cfg.Roots}
	r.reference = r.iterator
	if cfg.Reference.IsValid() {
		r.reference = &dnsq.Resolver{Client: r.client, Server: cfg.Reference}
	}
	r.truth = r.reference
	r.lists = &dnsbl.Client{Keys: cfg.Keys}
	return r
}

// chooseTruth finds out whether the reference can be used at all: where nobody may ask outside servers, our own
// resolvers have to do.
func (r *run) chooseTruth(ctx context.Context, cases []*caseFile) {
	names := []question{{".", dns.TypeNS}}
	for _, c := range cases[:min(len(cases), 3)] {
		names = append(names, question{dns.Fqdn(c.group.Domain), dns.TypeMX})
	}
	works := func(a dnsq.Asker, names ...question) bool {
		ok := parallel(names, func(q question) bool {
			answer := a.Lookup(ctx, q.Name, q.Type)
			return answer.Kind() != dnsq.Failed
		})
		return slices.Contains(ok, true)
	}
	if r.referenceWorks = works(r.reference, names...); r.referenceWorks {
		return
	}
	names = append(names, forwardControls...) // enough to give up a resolver that answers none of them
	own := parallel(r.ours, func(own *dnsq.Resolver) bool { return works(own, names...) })
	if i := slices.Index(own, true); i >= 0 {
		r.truth = r.ours[i]
	}
}

// question is a name and a type.
type question struct {
	Name string
	Type uint16
}

// parallel calls a function with every item at the same time; results are in the order of the items.
func parallel[T, U any](items []T, do func(T) U) []U {
	results := make([]U, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Go(func() { results[i] = do(item) })
	}
	wg.Wait()
	return results
}

// probe runs every check that a domain's failures call for.
func (r *run) probe(ctx context.Context, cases []*caseFile) {
	type job struct {
		c *caseFile
		k check
	}
	var jobs []job
	for _, c := range cases {
		for _, k := range checks {
			if k.applies(r, c) {
				jobs = append(jobs, job{c, k})
			}
		}
	}
	found := parallel(jobs, func(j job) []Finding { return j.k.probe(ctx, r, j.c) })
	for i, j := range jobs {
		j.c.findings = append(j.c.findings, found[i]...)
	}
	for _, c := range cases {
		c.findings = unique(c.findings)
	}
}

// share makes findings that several domains have in common, such as those about our own address, but once.
func (r *run) share(key string, make func() []Finding) []Finding {
	r.mu.Lock()
	s := r.shared[key]
	if s == nil {
		s = new(sharedFindings)
		r.shared[key] = s
	}
	r.mu.Unlock()
	s.once.Do(func() { s.findings = make() })
	return s.findings
}

// incomplete says why the run ended early. A recording knows it of the run that it was made of.
func (r *run) incomplete(ctx context.Context) string {
	why := ""
	switch {
	case r.cfg.Tape.Get(endKey, &why):
		return why
	case context.Cause(ctx) == context.DeadlineExceeded:
		why = "the time for all probes ran out"
	case ctx.Err() != nil:
		why = "interrupted"
	}
	r.cfg.Tape.Put(endKey, why)
	return why
}

// unique sorts findings by subject and tag and keeps one of each.
func unique(findings []Finding) []Finding {
	list := slices.Clone(findings)
	slices.SortStableFunc(list, compareFindings)
	return slices.CompactFunc(list, func(a, b Finding) bool { return compareFindings(a, b) == 0 })
}

func compareFindings(a, b Finding) int {
	return cmp.Or(strings.Compare(a.Subject, b.Subject), strings.Compare(string(a.Tag), string(b.Tag)),
		slices.CompareFunc(a.Args, b.Args, func(x, y Arg) int {
			return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Value, y.Value))
		}))
}
