package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Times are the moments at which a job is due.
type Times struct {
	expression string
	zone       *time.Location
	every      time.Duration // above 0 for @every
	wall       cron.Schedule // otherwise: reads and gives times on the wall, written as if they were UTC
	hourly     bool          // wall is for every hour of its days
}

// Parse reads a cron expression of five or six fields, or @daily, @every 1h
// and the like, meant in a zone. An expression with a zone of its own, one that
// is never due, and @every with less than a second are errors.
func Parse(expression string, zone *time.Location) (*Times, error) {
	if strings.Contains(expression, "TZ=") {
		return nil, errors.New("the zone does not belong into the expression")
	}
	t := &Times{expression: expression, zone: zone}
	if text, found := strings.CutPrefix(expression, "@every "); found {
		every, err := time.ParseDuration(strings.TrimSpace(text))
		if err == nil && every < time.Second {
			err = errors.New("less than a second")
		}
		t.every = every.Truncate(time.Second)
		return t, wrap(expression, err)
	}
	parser := cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	parsed, err := parser.Parse(expression)
	if err != nil {
		return nil, wrap(expression, err)
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%q is no cron expression", expression)
	}
	fields.Location = time.UTC
	// A field of nothing but commas is never due either; to look for that second
	// by second takes the library long.
	empty := fields.Second == 0 || fields.Minute == 0 || fields.Hour == 0 || fields.Month == 0
	if empty || fields.Next(epoch).IsZero() {
		return nil, fmt.Errorf("%q is never due", expression)
	}
	const allHours = 1<<24 - 1
	t.wall, t.hourly = fields, fields.Hour&allHours == allHours
	return t, nil
}

// epoch is a moment from which on every expression that is ever due is due
// within five years, which is as far as the library looks: a leap year begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func wrap(expression string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q is no cron expression: %w", expression, err)
}

// Zone returns the zone in which the times are meant.
func (t *Times) Zone() *time.Location { return t.zone }

// String returns the expression.
func (t *Times) String() string { return t.expression }

// Same reports whether two Times are due at the same moments; both may be nil.
func (t *Times) Same(u *Times) bool {
	if t == nil || u == nil {
		return t == u
	}
	return t.expression == u.expression && t.zone.String() == u.zone.String()
}

// Next returns the first moment after another at which the job is due, in the
// zone of the Times; the zero time when there is none within some years.
func (t *Times) Next(after time.Time) time.Time {
	after = after.In(t.zone).Round(0)
	if t.every > 0 {
		return after.Truncate(t.every).Add(t.every)
	}
	p := periodAt(after)
	at := p.wallOf(after)
	if !t.hourly && at.Before(p.shown()) {
		at = p.shown()
	}
	for {
		due := t.wall.Next(at)
		if due.IsZero() {
			return due
		}
		moment := p.moment(due)
		if p.end.IsZero() || moment.Before(p.end) {
			return moment.In(t.zone)
		}
		following := periodAt(p.end)
		if !t.hourly && due.Before(following.wallOf(p.end)) {
			return p.end // the clocks leave it out
		}
		p, at = following, justBefore(following.wallOf(p.end))
		if !t.hourly && at.Before(p.shown()) {
			at = p.shown()
		}
	}
}

// period is a time during which the clocks of a zone are not put forward or
// back.
type period struct {
	start, end     time.Time     // start belongs to it, end does not; zero when there is none
	offset, before time.Duration // from UTC, now and before start
}

func periodAt(t time.Time) period {
	start, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		end = t.Add(24 * time.Hour) // on the last day of leap years far ahead the library is wrong; no clocks jump then
	}
	p := period{start: start, end: end, offset: offsetAt(t)}
	p.before = p.offset
	if !start.IsZero() {
		p.before = offsetAt(start.Add(-1))
	}
	return p
}

func offsetAt(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// wallOf returns what clocks show, written as if it were UTC.
func (p period) wallOf(t time.Time) time.Time { return t.UTC().Add(p.offset) }

// moment is the reverse of wallOf.
func (p period) moment(wall time.Time) time.Time { return wall.Add(-p.offset) }

// shown returns up to when clocks had shown everything before the period
// began, when they were put back then; times up to it come a second time.
func (p period) shown() time.Time {
	if p.before <= p.offset {
		return time.Time{}
	}
	return justBefore(p.start.UTC().Add(p.before))
}

func justBefore(t time.Time) time.Time { return t.Add(-1) }
