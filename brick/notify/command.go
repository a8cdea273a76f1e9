package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode"

	"users-brick/brick"
	"users-brick/params"
)

// The variables that a program gets beside those of the Teller.
const (
	OutcomeVariable  = "USERS_BRICK_OUTCOME"
	ExitCodeVariable = "USERS_BRICK_EXIT_CODE"
	RunIDVariable    = "USERS_BRICK_RUN_ID"
	ShardVariable    = "USERS_BRICK_SHARD" // such as 1/3; empty for a whole run
)

// grace is how long what a program left behind may keep its output open.
const grace = 2 * time.Second

// run starts a program with the report on its standard input and waits for its
// end. No shell is between, and nothing of our environment but what the Teller
// gives away.
func (t *Teller) run(ctx context.Context, n *params.Notification, e *Event, report string, limit time.Duration) error {
	name := n.Command[0]
	in, err := os.Open(report)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	defer in.Close()
	var out tail
	cmd := exec.CommandContext(ctx, name, n.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &out
	cmd.Env = append(append([]string{}, t.Env...),
		OutcomeVariable+"="+e.Outcome, ExitCodeVariable+"="+strconv.Itoa(e.ExitCode), RunIDVariable+"="+e.RunID,
		ShardVariable+"="+e.Shard.Fraction())
	cmd.WaitDelay = grace
	together(cmd)
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		err = fmt.Errorf("ended after %v", limit)
	case ctx.Err() != nil:
		err = errors.New("ended, since the run was to stop")
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // it has ended well; what it left behind is its own matter
	}
	failed := &brick.Error{Op: "run " + name, Err: err}
	if said := out.String(); said != "" {
		failed.Err = fmt.Errorf("%w; it said: %s", err, said)
	}
	return failed
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

// maxTail is how much of the output of a program is kept, in bytes.
const maxTail = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if extra := len(t.text) - maxTail; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

// String returns what was kept, in one line.
func (t *tail) String() string {
	text := strings.ToValidUTF8(string(t.text), "")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}
