package mtalog

import (
	"strconv"
	"time"
)

// clock turns time stamps into times, in UTC. It remembers the last hour, since the lines of a log mostly share it.
type clock struct {
	loc *time.Location
	// latest is the time that no line of the log is later than; zero if unknown.
	latest time.Time

	hour civilHour
	base int64 // Unix time of hour
}

type civilHour struct{ year, month, day, hour int }

// slack is how far a sender's clock may run ahead of ours.
const slack = 24 * time.Hour

func newClock(opt Options, log Log) clock {
	latest := log.ModTime
	if latest.IsZero() {
		latest = opt.Now
	}
	if !latest.IsZero() {
		latest = latest.Add(slack).In(opt.Location)
	}
	return clock{loc: opt.Location, latest: latest}
}

// time is the zero time if the stamp is none.
func (c *clock) time(s stamp) time.Time {
	switch s.form {
	case yearlessForm:
		return c.yearless(s.text)
	case rfc3339Form:
		return c.rfc3339(s.text)
	case tai64nForm:
		return c.tai64n(s.text)
	case unixForm:
		sec, err := strconv.ParseFloat(string(s.text), 64)
		if err != nil || sec < 0 || sec > 1<<40 {
			return time.Time{}
		}
		return time.UnixMicro(int64(sec * 1e6)).UTC()
	case microForm:
		micro, err := strconv.ParseInt(string(s.text), 10, 64)
		if err != nil || micro < 0 {
			return time.Time{}
		}
		return time.UnixMicro(micro).UTC()
	}
	return time.Time{}
}

// yearless reads "Feb  5 13:57:44". The year is the last one in which that is not later than the log.
func (c *clock) yearless(text []byte) time.Time {
	month := monthOf(text)
	day := number(text[4:6])
	hour, minute, second := number(text[7:9]), number(text[10:12]), number(text[13:15])
	if c.latest.IsZero() || day < 1 || hour < 0 || minute < 0 || second < 0 {
		return time.Time{}
	}
	year := c.latest.Year()
	if month > int(c.latest.Month()) || month == int(c.latest.Month()) && day > c.latest.Day() {
		year--
	}
	for month == 2 && day == 29 && !leap(year) {
		year--
	}
	return c.local(civilHour{year, month, day, hour}, minute, second, 0)
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// rfc3339 reads what stampLen lets through.
func (c *clock) rfc3339(text []byte) time.Time {
	h := civilHour{number(text[0:4]), number(text[5:7]), number(text[8:10]), number(text[11:13])}
	minute, second := number(text[14:16]), number(text[17:19])
	if h.year < 0 || h.month < 1 || h.month > 12 || h.day < 1 || h.hour < 0 || minute < 0 || second < 0 {
		return time.Time{}
	}
	text = text[19:]
	nano := 0
	if len(text) > 0 && (text[0] == '.' || text[0] == ',') {
		unit := 100_000_000
		for text = text[1:]; len(text) > 0 && isDigit(text[0]); text = text[1:] {
			nano += int(text[0]-'0') * unit
			unit /= 10
		}
	}
	if len(text) == 0 {
		return c.local(h, minute, second, nano)
	}
	offset := 0
	if text[0] == ' ' {
		text = text[1:]
	}
	if text[0] == '+' || text[0] == '-' {
		sign := 1
		if text[0] == '-' {
			sign = -1
		}
		digits := make([]byte, 0, 4)
		for _, d := range text[1:] {
			if isDigit(d) && len(digits) < 4 {
				digits = append(digits, d)
			}
		}
		switch len(digits) {
		case 4:
			offset = sign * (number(digits[:2])*3600 + number(digits[2:])*60)
		case 2:
			offset = sign * number(digits) * 3600
		}
	}
	unix := daysSince1970(h.year, h.month, h.day)*86400 + int64(h.hour*3600+minute*60+second-offset)
	return time.Unix(unix, int64(nano)).UTC()
}

// local is a time in the time zone of the machine that wrote the log.
func (c *clock) local(h civilHour, minute, second, nano int) time.Time {
	if h != c.hour || c.base == 0 {
		c.hour = h
		c.base = time.Date(h.year, time.Month(h.month), h.day, h.hour, 0, 0, 0, c.loc).Unix()
	}
	return time.Unix(c.base+int64(minute*60+second), int64(nano)).UTC()
}

// tai64n reads the label that multilog puts in front: seconds and nanoseconds, the former counted from 2^62 and ten
// seconds ahead of UTC (https://cr.yp.to/libtai/tai64.html). Leap seconds since 1972 are left out, as
// tai64nlocal(8) with its table of that year does.
func (c *clock) tai64n(text []byte) time.Time {
	if len(text) != 25 {
		return time.Time{}
	}
	sec, err := strconv.ParseUint(string(text[1:17]), 16, 64)
	nano, err2 := strconv.ParseUint(string(text[17:]), 16, 32)
	if err != nil || err2 != nil || sec < 1<<62 || sec > 1<<62+1<<40 || nano > 999_999_999 {
		return time.Time{}
	}
	return time.Unix(int64(sec-1<<62)-10, int64(nano)).UTC()
}

// daysSince1970 counts days in the proleptic Gregorian calendar.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year+year/4-year/100+year/400+(153*(month-3)+2)/5+day-1) - 719468
}

// number reads digits with blanks in front; -1 is no number.
func number(text []byte) int {
	n, seen := 0, false
	for _, c := range text {
		switch {
		case isDigit(c):
			n, seen = n*10+int(c-'0'), true
		case c != ' ' || seen:
			return -1
		}
	}
	if !seen {
		return -1
	}
	return n
}

// monthOf is the month that text begins with, 1 to 12; 0 is none.
func monthOf(text []byte) int {
	switch string(text[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}
