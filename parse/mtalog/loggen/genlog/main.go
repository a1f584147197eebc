// Command genlog writes a Postfix log whose truth is known, to measure with:
//
//	go run ./parse/mtalog/loggen/genlog -mb 200 -truth truth.tsv >mail.log
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"ndrscope/parse/mtalog/loggen"
)

func main() {
	megabytes := flag.Int64("mb", 200, "size of the log in MB")
	seed := flag.Uint64("seed", 1, "another seed gives another log")
	rfc3339 := flag.Bool("rfc3339", false, "time stamps of RFC 3339")
	truth := flag.String("truth", "", "file for the truth: domain, delivered, bounced, expired, pending, attempts")
	flag.Parse()
	if err := run(*megabytes<<20, *seed, *rfc3339, *truth); err != nil {
		fmt.Fprintln(os.Stderr, "genlog:", err)
		os.Exit(1)
	}
}

func run(size int64, seed uint64, rfc3339 bool, truthPath string) error {
	start := time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC)
	truth, err := loggen.Write(os.Stdout, loggen.Options{Seed: seed, Bytes: size, Start: start, RFC3339: rfc3339})
	if err != nil || truthPath == "" {
		return err
	}
	file, err := os.Create(truthPath)
	if err != nil {
		return err
	}
	writeTruth(file, truth)
	return file.Close()
}

func writeTruth(w io.Writer, truth map[string]loggen.Truth) {
	for _, domain := range slices.Sorted(maps.Keys(truth)) {
		t := truth[domain]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", domain, t.Delivered, t.Bounced, t.Expired, t.Pending, t.Attempts)
	}
}
