package params

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"users-brick/brick"
)

// LogLevel is the least important line that is logged.
type LogLevel string

// The levels of the log.
const (
	DebugLevel LogLevel = "debug"
	InfoLevel  LogLevel = "info"
	WarnLevel  LogLevel = "warn"
	ErrorLevel LogLevel = "error"
)

// LogFormat is the form of the log.
type LogFormat string

// The forms of the log.
const (
	AutoLog    LogFormat = "auto" // console on a terminal, otherwise json
	ConsoleLog LogFormat = "console"
	JSONLog    LogFormat = "json"
)

// Progress says whether progress is shown.
type Progress string

// When progress is shown.
const (
	AutoProgress Progress = "auto" // on a terminal
	ShowProgress Progress = "on"
	HideProgress Progress = "off"
)

func (LogLevel) words() []string  { return []string{"debug", "info", "warn", "error"} }
func (LogFormat) words() []string { return []string{"auto", "console", "json"} }
func (Progress) words() []string  { return []string{"auto", "on", "off"} }

// UnmarshalText reads a level, letter case ignored.
func (l *LogLevel) UnmarshalText(text []byte) (err error) {
	*l, err = oneWord(*l, text)
	return err
}

// UnmarshalText reads a format, letter case ignored.
func (f *LogFormat) UnmarshalText(text []byte) (err error) {
	*f, err = oneWord(*f, text)
	return err
}

// UnmarshalText reads auto, on or off, letter case ignored.
func (p *Progress) UnmarshalText(text []byte) (err error) {
	*p, err = oneWord(*p, text)
	return err
}

// oneWord returns the word of a closed set that the text holds.
func oneWord[T interface {
	~string
	words() []string
}](set T, text []byte) (T, error) {
	word := brick.Fold(string(text))
	if !slices.Contains(set.words(), word) {
		return set, errors.New(oneOf(set.words()))
	}
	return T(word), nil
}

// Count is a whole number of at least one.
type Count int

// UnmarshalText reads a whole number of at least one.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 31)
	if err != nil || n == 0 {
		return errors.New("not a whole number above 0")
	}
	*c = Count(n)
	return nil
}

// Rate is a number of requests per second; 0 means no limit.
type Rate float64

// UnmarshalText reads a number that is not negative.
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	if err != nil || !(v >= 0 && v <= math.MaxFloat64) {
		return errors.New("not a number of requests per second")
	}
	*r = Rate(v)
	return nil
}
