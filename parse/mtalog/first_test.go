package mtalog

import (
	"testing"
	"time"
)

func TestFirstTime(t *testing.T) {
	opt := Options{Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	for log, want := range map[string]string{
		"Nov 20 01:02:03 mx postfix/qmgr[1]: 4ABC: removed\nNov 20 01:02:04 mx cron[1]: x\n":                 "2026-11-20T01:02:03Z",
		"junk\n\nDec 31 23:59:59 mx cron[1]: x\n":                                                            "2025-12-31T23:59:59Z",
		"2026-11-20T01:02:03.5+01:00 mx postfix/qmgr[1]: 4ABC: removed\n":                                    "2026-11-20T00:02:03Z",
		"2026-11-20 01:02:03 1sAbCd-000001-2x Completed\n":                                                   "2026-11-20T01:02:03Z",
		`{"log":"Nov 20 01:02:03 mx postfix/qmgr[1]: 4ABC: removed\n","time":"2026-11-20T01:02:03Z"}` + "\n": "2026-11-20T01:02:03Z",
		"nothing with a time\n": "0001-01-01T00:00:00Z",
		"":                      "0001-01-01T00:00:00Z",
	} {
		if got := FirstTime([]byte(log), Log{}, opt).UTC().Truncate(time.Second).Format(time.RFC3339); got != want {
			t.Errorf("%q: got %s, want %s", log, got, want)
		}
	}
}
