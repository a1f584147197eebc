package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
	"github.com/spf13/cobra"
	"golang.org/x/net/idna"

	"ndrscope/aggregate"
	"ndrscope/report"
)

func newDiagnose(sys *system) *cobra.Command {
	var (
		pr  probeFlags
		out reportFlags
	)
	cmd := &cobra.Command{
		Use:   "diagnose DOMAIN...",
		Short: "The probes alone, for domains that you name",
		Example: `  ndrscope diagnose customer.example --egress 203.0.113.7 --from sales@ours.example
  ndrscope diagnose customer.example --smtp --egress 203.0.113.7`,
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("no DOMAIN: name the recipients' domain")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(out.check(), pr.check()); err != nil {
				return usageError{err}
			}
			analysis := &aggregate.Analysis{}
			for _, arg := range args {
				domain, err := asDomain(arg)
				if err != nil {
					return usageError{err}
				}
				if !slices.ContainsFunc(analysis.Domains, func(g aggregate.Group) bool { return g.Domain == domain }) {
					analysis.Domains = append(analysis.Domains, aggregate.Group{Domain: domain})
				}
			}
			if err := pr.prepare(sys); err != nil {
				return err
			}
			probes := pr.run(cmd.Context(), sys, analysis, len(args), false)
			err := pr.keep()
			return errors.Join(out.write(sys, report.Input{Analysis: analysis, Probes: probes, Top: len(args)}), err, interrupted(cmd.Context()))
		},
	}
	pr.mode = "auto"
	pr.register(cmd.Flags())
	cmd.Flags().StringSliceVar(&pr.ourHosts, "our-host", nil, "a host of ours to test for an open relay")
	out.registerFormat(cmd)
	return cmd
}

// asDomain reads a domain, or the domain of an address, as A-labels in lower case.
func asDomain(arg string) (string, error) {
	name := strings.TrimSuffix(arg[strings.LastIndexByte(arg, '@')+1:], ".")
	domain, err := idna.Lookup.ToASCII(name)
	if _, err := netip.ParseAddr(name); err == nil {
		return "", fmt.Errorf("%q is an address: want the recipients' domain, such as customer.example", arg)
	}
	if _, ok := dns.IsDomainName(domain); err != nil || domain == "" || !ok {
		return "", fmt.Errorf("%q is not a domain: want a name such as customer.example", arg)
	}
	return strings.ToLower(domain), nil
}
