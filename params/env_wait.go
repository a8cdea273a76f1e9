package params

import (
	"errors"
	"strings"
	"time"
)

// Wait is how long something is waited for; 0 means not at all.
type Wait time.Duration

// UnmarshalText reads a duration such as 30s, a number of seconds, or 0.
func (w *Wait) UnmarshalText(text []byte) error {
	if strings.TrimSpace(string(text)) == "0" {
		*w = 0
		return nil
	}
	d, err := toDuration(&node{form: isText, text: string(text)})
	if err != nil {
		return errors.New("not a duration")
	}
	*w = Wait(d)
	return nil
}
