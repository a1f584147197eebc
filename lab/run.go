package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"path"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
	"ndrscope/parse"
	"ndrscope/parse/bounce"
	"ndrscope/parse/mtalog"
)

// Config is what the user of ndrscope would configure in this scenario, with the lab in place of the Internet.
func (s *Scenario) Config() diagnose.Config {
	o := &s.Options
	cfg := diagnose.Config{
		Dialer:        s.Host,
		Now:           func() time.Time { return o.Now },
		Resolvers:     s.resolvers,
		Reference:     s.reference,
		Egress:        o.Egress,
		HELO:          o.HELO,
		From:          o.From,
		OurHosts:      o.OurHosts,
		SMTP:          o.SMTP,
		SMTPRecipient: o.SMTPRecipient,
		Bind:          o.Bind,
		RootCAs:       s.Net.ca.pool(),
		Timeout:       o.Timeout,
		Deadline:      o.Deadline,
	}
	for _, r := range rootServers {
		cfg.Roots = append(cfg.Roots, netip.AddrPortFrom(r.v4, 53), netip.AddrPortFrom(r.v6, 53))
	}
	return cfg
}

// Records reads the scenario's failures as ndrscope reads files of the same content.
func (s *Scenario) Records(ctx context.Context) ([]parse.Record, error) {
	var records []parse.Record
	collect := func(r parse.Record) error { records = append(records, r); return nil }
	logs := mtalog.NewReader(mtalog.Options{Now: s.Options.Now})
	for _, f := range s.Failures {
		var err error
		switch path.Ext(f.Name) {
		case ".eml":
			o := parse.Origin{Path: f.Name, Format: "eml", Index: 1}
			events, warning := bounce.Decode(f.Data, o, bounce.Options{})
			records = append(records, parse.Record{Origin: o, Unit: parse.Message, Events: events, Err: warning})
		case ".log":
			err = logs.Read(ctx, mtalog.Log{Path: f.Name, Reader: bytes.NewReader(f.Data)}, collect)
		case ".jsonl":
			err = readEvents(f, collect)
		default:
			err = fmt.Errorf("want a name that ends in .eml, .log or .jsonl")
		}
		if err != nil {
			return nil, fmt.Errorf("failures/%s: %w", f.Name, err)
		}
	}
	return records, logs.Close(collect)
}

// readEvents reads events as "ndrscope parse" writes them, one on a line. Source and kind may be left out.
func readEvents(f File, yield func(parse.Record) error) error {
	for n, line := range bytes.Split(f.Data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e := parse.Event{Kind: parse.Failure, Origin: parse.Origin{Path: f.Name, Format: "jsonl", Index: n + 1}}
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		if err := yield(parse.Record{Origin: e.Origin, Unit: parse.Line, Events: []parse.Event{e}}); err != nil {
			return err
		}
	}
	return nil
}

// Analysis reads, classifies and groups the scenario's failures.
func (s *Scenario) Analysis(ctx context.Context) (*aggregate.Analysis, error) {
	classifier, err := classify.New()
	if err != nil {
		return nil, err
	}
	return s.analysis(ctx, classifier)
}

func (s *Scenario) analysis(ctx context.Context, classifier *classify.Classifier) (*aggregate.Analysis, error) {
	records, err := s.Records(ctx)
	if err != nil {
		return nil, err
	}
	sum := aggregate.New()
	for _, r := range records {
		var classes []classify.Class
		for i := range r.Events {
			classes = append(classes, classifier.Classify(&r.Events[i]))
		}
		sum.Add(r, classes)
	}
	return sum.Analysis(), nil
}
