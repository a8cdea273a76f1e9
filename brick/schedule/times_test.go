package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	_ "time/tzdata"

	"pgregory.net/rapid"

	"users-brick/brick/schedule"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parse(t interface{ Fatal(...any) }, expression, in string) *schedule.Times {
	times, err := schedule.Parse(expression, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// due lists the moments between two times, as clocks show them.
func due(t testing.TB, expression, in, from, to string) []string {
	t.Helper()
	loc := zone(t, in)
	begin, err := time.ParseInLocation("2006-01-02 15:04", from, loc)
	if err != nil {
		t.Fatal(err)
	}
	end, err := time.ParseInLocation("2006-01-02 15:04", to, loc)
	if err != nil {
		t.Fatal(err)
	}
	times := parse(t, expression, in)
	var all []string
	for at := times.Next(begin.Add(-1)); at.Before(end); at = times.Next(at) {
		all = append(all, at.Format("02 15:04 -0700"))
	}
	return all
}

func TestATimeThatTheClocksLeaveOutIsDueWhenTheyJump(t *testing.T) {
	for _, test := range []struct{ expression, in, from, to, want string }{
		{"30 2 * * *", "Europe/Berlin", "2027-03-27 00:00", "2027-03-30 00:00", "27 02:30 +0100, 28 03:00 +0200, 29 02:30 +0200"},
		{"0 3 * * *", "Europe/Berlin", "2027-03-28 00:00", "2027-03-29 00:00", "28 03:00 +0200"},
		{"0,15,30,45 2 * * *", "Europe/Berlin", "2027-03-28 00:00", "2027-03-29 00:00", "28 03:00 +0200"},
		{"0 2,3 * * *", "Europe/Berlin", "2027-03-28 00:00", "2027-03-29 00:00", "28 03:00 +0200"},
		{"59 59 2 * * *", "Europe/Berlin", "2027-03-28 00:00", "2027-03-29 00:00", "28 03:00 +0200"},
		{"@daily", "America/Santiago", "2026-09-05 00:00", "2026-09-08 00:00", "05 00:00 -0400, 06 01:00 -0300, 07 00:00 -0300"},
		{"30 0 6 9 *", "America/Santiago", "2026-09-05 00:00", "2026-09-08 00:00", "06 01:00 -0300"},
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", "2026-10-06 00:00", "03 02:15 +1030, 04 02:30 +1100, 05 02:15 +1100"},
		{"0 5 * * *", "Pacific/Apia", "2011-12-29 00:00", "2012-01-01 00:00", "29 05:00 -1000, 31 00:00 +1400, 31 05:00 +1400"}, // a whole day was left out
	} {
		if got := strings.Join(due(t, test.expression, test.in, test.from, test.to), ", "); got != test.want {
			t.Errorf("%s in %s\nis due  %s\nwant    %s", test.expression, test.in, got, test.want)
		}
	}
}

func TestATimeThatComesTwiceIsDueTheFirstTime(t *testing.T) {
	for _, test := range []struct{ expression, in, from, to, want string }{
		{"30 2 * * *", "Europe/Berlin", "2026-10-24 00:00", "2026-10-27 00:00", "24 02:30 +0200, 25 02:30 +0200, 26 02:30 +0100"},
		{"0 3 * * *", "Europe/Berlin", "2026-10-25 00:00", "2026-10-26 00:00", "25 03:00 +0100"},
		{"0,30 1-3 * * *", "Europe/Berlin", "2026-10-25 00:00", "2026-10-26 00:00", "25 01:00 +0200, 25 01:30 +0200, 25 02:00 +0200, 25 02:30 +0200, 25 03:00 +0100, 25 03:30 +0100"},
		{"45 1 * * *", "Australia/Lord_Howe", "2026-04-04 00:00", "2026-04-07 00:00", "04 01:45 +1100, 05 01:45 +1100, 06 01:45 +1030"},
		{"30 23 * * *", "America/Santiago", "2026-04-03 00:00", "2026-04-06 00:00", "03 23:30 -0300, 04 23:30 -0300, 05 23:30 -0400"},
	} {
		if got := strings.Join(due(t, test.expression, test.in, test.from, test.to), ", "); got != test.want {
			t.Errorf("%s in %s\nis due  %s\nwant    %s", test.expression, test.in, got, test.want)
		}
	}
}

func TestAnExpressionForEveryHourFollowsTheHours(t *testing.T) {
	for name, day := range map[string]struct {
		from, to string
		hours    int
	}{
		"forward": {"2027-03-28 00:00", "2027-03-29 00:00", 23},
		"back":    {"2026-10-25 00:00", "2026-10-26 00:00", 25},
	} {
		for _, expression := range []string{"5 * * * *", "@hourly", "5 */1 * * *", "5 0-23 * * 0"} {
			if got := due(t, expression, "Europe/Berlin", day.from, day.to); len(got) != day.hours {
				t.Errorf("%s: %s is due %q, want %d times", name, expression, got, day.hours)
			}
		}
	}
}

func TestEveryDayOfAnyYearHasItsTick(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "Asia/Beirut", "UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"}
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		minute, hour := rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 23).Draw(t, "hour")
		year := rapid.IntRange(1990, 2060).Draw(t, "year")
		times := parse(t, strings.Join([]string{itoa(minute), itoa(hour), "* * *"}, " "), loc.String())
		at := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Add(-1)
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			before := at
			at = times.Next(at)
			if at.YearDay() != day.YearDay() || at.Year() != year || !at.After(before) {
				t.Fatalf("after %s comes %s, not a moment of %s", before, at, day.Format(time.DateOnly))
			}
			if at.Hour() == hour && at.Minute() == minute {
				continue
			}
			if start, _ := at.ZoneBounds(); !start.Equal(at) {
				t.Fatalf("%s is neither %d:%02d nor a moment at which clocks jump", at, hour, minute)
			}
		}
	})
}

func itoa(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestNextDoesNotDependOnWhereOneBegins(t *testing.T) {
	expressions := []string{"30 2 * * *", "*/7 * * * *", "0,20,40 1-3 * * *", "15 */3 * * *", "@every 7h", "10 30 2 * 3,10 *", "@weekly"}
	rapid.Check(t, func(t *rapid.T) {
		times := parse(t, rapid.SampledFrom(expressions).Draw(t, "expression"), rapid.SampledFrom([]string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"}).Draw(t, "zone"))
		begin := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "begin"), 0)
		next := times.Next(begin)
		between := begin.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(begin))-1).Draw(t, "between")))
		if got := times.Next(between); !got.Equal(next) || !next.After(begin) {
			t.Fatalf("after %s comes %s, after %s comes %s", begin, next, between, got)
		}
	})
}

func TestEveryIsDueAtItsMultiples(t *testing.T) {
	for expression, want := range map[string]string{
		"@every 1h":    "10 08:00 +0000",
		"@every 24h":   "11 00:00 +0000",
		"@every 90s":   "10 07:12 +0000",
		"@every 1m30s": "10 07:12 +0000",
	} {
		times := parse(t, expression, "Europe/Berlin")
		for _, second := range []int{30, 59} {
			got := times.Next(time.Date(2026, 5, 10, 7, 10, second, 7, time.UTC)).UTC().Format("02 15:04 -0700")
			if got != want {
				t.Errorf("%s is due at %s, want %s", expression, got, want)
			}
		}
	}
	times := parse(t, "@every 7h", "UTC")
	at := times.Next(time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC))
	for range 100 {
		next := times.Next(at)
		if next.Sub(at) != 7*time.Hour {
			t.Fatalf("after %s comes %s", at, next)
		}
		at = next
	}
}

func TestRefusesWhatIsNoSchedule(t *testing.T) {
	for _, expression := range []string{
		"", "x", "* * * *", "60 * * * *", "TZ=UTC * * * * *", "CRON_TZ=UTC", "@every", "@every x", "@every 0s", "@every -1h", "@every 999ms",
		", * * * * *", ",, * * * * *", ", * * * *", "* , * * *", "* * * , *", "* * , * ,",
		"@never", "0 0 30 2 *", "0 0 31 4,6 *", "* * * * * * *",
	} {
		if times, err := schedule.Parse(expression, time.UTC); err == nil {
			t.Errorf("%q is taken, and due at %s", expression, times.Next(time.Unix(0, 0)))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"30 2 * * *", "@every 1h", "@daily", "0 0 29 2 *", "*/5 1-3,7 ? jan mon", "@every 9223372036s", "@every 1e3h", ", * * * * *", "* * * * ,"} {
		f.Add(seed, int64(1_790_000_000))
	}
	loc := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, expression string, unix int64) {
		times, err := schedule.Parse(expression, loc)
		if err != nil {
			return
		}
		after := time.Unix(unix%4_000_000_000, 0)
		if next := times.Next(after); !next.IsZero() && !next.After(after) {
			t.Errorf("%q: after %s comes %s", expression, after, next)
		}
	})
}

func TestJitterIsBoundedSteadyAndSpread(t *testing.T) {
	const most = 10 * time.Minute
	var all []time.Duration
	for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"} {
		shift := schedule.Shift(name, most)
		if shift < 0 || shift >= most || shift%time.Second != 0 || shift != schedule.Shift(name, most) {
			t.Errorf("%s is put off by %s", name, shift)
		}
		all = append(all, shift)
	}
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(distinct) < len(all) || all[len(all)-1]-all[0] < most/4 {
		t.Errorf("jobs are put off by %s: hardly spread", all)
	}
	if shift := schedule.Shift("a", 0); shift != 0 {
		t.Errorf("without jitter a job is put off by %s", shift)
	}
	if shift := schedule.Shift("a", 500*time.Millisecond); shift < 0 || shift >= 500*time.Millisecond {
		t.Errorf("a jitter below a second puts off by %s", shift)
	}
}
