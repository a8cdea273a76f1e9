package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/schedule"
)

// nextOptions are what the command next is told.
type nextOptions struct {
	count  int
	from   string
	jitter time.Duration
	format string
}

func (p *program) nextCommand() *cobra.Command {
	var o nextOptions
	cmd := &cobra.Command{
		Use:   "next [PARAMS...]",
		Short: "Say when a schedule will run",
		Long: "Lists when the command schedule would run PARAMS, in the time zones that they name: of each job\n" +
			"the next runs, the earliest of all first. PARAMS is a file, a web address, or a directory whose\n" +
			"*.json are params.",
		Example: "  users-brick next params.json -n 3\n  users-brick next /etc/users-brick --from 2027-03-27T00:00:00+01:00",
		Args:    usage(cobra.ArbitraryArgs),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.next(cmd.Context(), args, &o) },
	}
	cmd.Flags().IntVarP(&o.count, "count", "n", 5, "how many runs of each job")
	cmd.Flags().StringVar(&o.from, "from", "", "after which moment, such as 2027-03-27T00:00:00Z; now without it")
	cmd.Flags().DurationVar(&o.jitter, "jitter", 0, "the --jitter of the schedule")
	formatFlag(cmd, &o.format, "text", "json")
	return cmd
}

// comingRun is one run of the list.
type comingRun struct {
	Job      string    `json:"job"`
	Due      time.Time `json:"due"` // in the zone of the job
	UTC      time.Time `json:"utc"`
	Timezone string    `json:"timezone"` // Local for that of the machine
	Schedule string    `json:"schedule"`
}

// next lists coming runs. Params that cannot be used are an error, after the
// runs of the others.
func (p *program) next(ctx context.Context, args []string, o *nextOptions) error {
	from := p.now()
	if o.from != "" {
		var err error
		if from, err = time.Parse(time.RFC3339, o.from); err != nil {
			return &brick.Error{Kind: brick.BadInput, Op: "--from", Err: err, Hint: "write 2027-03-27T00:00:00Z"}
		}
	}
	if o.count < 1 || o.count > mostComing || o.jitter < 0 {
		return &brick.Error{Kind: brick.BadInput, Err: fmt.Errorf("--count is from 1 to %d, and --jitter not negative", mostComing)}
	}
	d, err := p.paramsOf(args)
	if err != nil {
		return err
	}
	d.look(ctx)
	entries, wrong := d.listed()
	coming := []comingRun{}
	for _, e := range entries {
		wrong = errors.Join(wrong, e.err)
		coming = append(coming, e.coming(from, o)...)
	}
	slices.SortStableFunc(coming, func(a, b comingRun) int { return a.UTC.Compare(b.UTC) })
	if err := p.printComing(coming, o.format); err != nil {
		return err
	}
	if wrong != nil {
		return &brick.Error{Kind: brick.BadInput, Err: wrong}
	}
	return nil
}

// mostComing is how many runs of a job are listed at most.
const mostComing = 1000

func (e *entry) coming(from time.Time, o *nextOptions) (runs []comingRun) {
	times := e.job.Times
	if times == nil {
		return nil
	}
	shift := schedule.Shift(e.job.Name, o.jitter)
	for at := times.Due(from, shift); !at.IsZero() && len(runs) < o.count; at = times.Due(at, shift) {
		runs = append(runs, comingRun{e.job.Name, at, at.UTC(), times.Zone().String(), times.String()})
	}
	return runs
}

func (p *program) printComing(coming []comingRun, format string) error {
	if format == "json" {
		out := json.NewEncoder(p.stdout)
		out.SetIndent("", "  ")
		return out.Encode(coming)
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, r := range coming {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.Due.Format("Mon 2006-01-02 15:04:05 -07:00"), r.Timezone, r.Job, r.Schedule)
	}
	return table.Flush()
}
