package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/metrics"
	"users-brick/brick/schedule"
	"users-brick/params"
)

// scheduleOptions are what the command schedule is told.
type scheduleOptions struct {
	jitter     time.Duration
	catchUp    string
	parallel   int
	runOnStart bool
	showRuns   bool
}

func (p *program) scheduleCommand() *cobra.Command {
	var o scheduleOptions
	cmd := &cobra.Command{
		Use:   "schedule [PARAMS...]",
		Short: "Run again and again, when the params say so",
		Long: "Runs every PARAMS at the times that its params schedule and timezone name, until SIGINT or\n" +
			"SIGTERM. PARAMS is a file, a web address, or a directory whose *.json are params; files that\n" +
			"are added, changed or taken away are noticed within ten seconds, what a web address says at each\n" +
			"of its runs. Params that cannot be read any more keep their last times: their runs fail and say\n" +
			"why, the others go on. SIGHUP runs all now, and what is under way once more when it has ended.\n\n" +
			"No job ever overlaps itself or another one on the same target.",
		Example: "  users-brick schedule sales.json tests.json\n" +
			"  users-brick schedule /etc/users-brick --jitter 10m --max-parallel 4",
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error { return p.schedule(cmd.Context(), args, &o) },
	}
	cmd.Flags().DurationVar(&o.jitter, "jitter", 0, "put off each job by up to this long, always by the same, so that not all begin at once")
	cmd.Flags().BoolVar(&o.runOnStart, "run-on-start", false, "run all jobs at once, too")
	cmd.Flags().IntVar(&o.parallel, "max-parallel", 1, "how many jobs may run at once")
	cmd.Flags().BoolVar(&o.showRuns, "show-runs", false, "show the pages of runs, which name people, to other machines, too")
	o.catchUp = "once"
	cmd.Flags().Var(&choice{&o.catchUp, []string{"once", "none"}}, "catch-up", "whether missed times are made up: once, none")
	return cmd
}

func (o *scheduleOptions) check() error {
	if o.jitter < 0 || o.parallel < 1 {
		return &brick.Error{Kind: brick.BadInput, Err: errors.New("--jitter must not be negative, and --max-parallel at least 1")}
	}
	return nil
}

// keeper runs the jobs of a schedule.
type keeper struct {
	program *program
	env     params.Env
	shard   brick.Shard // the part of every job that this process does
	options *scheduleOptions
	docket  *docket
	metrics *metrics.Metrics
	log     zerolog.Logger
	core    *schedule.Scheduler

	mu      sync.Mutex       // guards what follows, and who writes to stdout
	known   map[string]error // the jobs that were told of, with what was wrong with their params
	trouble error            // the same of directories
}

// schedule runs jobs until ctx ends, which is how it is meant to end.
func (p *program) schedule(ctx context.Context, args []string, o *scheduleOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	hangUp := make(chan os.Signal, 1) // from the beginning, or else it would end the program
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	k, err := p.newKeeper(args, o)
	if err != nil {
		return err
	}
	k.docket.look(ctx)
	if err := k.usable(); err != nil {
		return err
	}
	listener, err := listen(k.env.Listen)
	if err != nil {
		return err
	}
	err = k.serve(ctx, listener, hangUp)
	if code := signalCode(ctx); code != 0 && err == nil {
		return exit(code)
	}
	return err
}

func (p *program) newKeeper(args []string, o *scheduleOptions) (*keeper, error) {
	d, err := p.paramsOf(args)
	if err != nil {
		return nil, err
	}
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	shard, err := p.shard(&env)
	if err != nil {
		return nil, err
	}
	k := &keeper{
		program: p, env: env, shard: shard, options: o, docket: d, metrics: metrics.New().WithProcess(p.version),
		log: p.logger(&env, p.stderr), known: map[string]error{},
	}
	if o.catchUp == "once" {
		d.since = k.lastRuns()
	}
	k.core = schedule.New(schedule.Options{
		Now: p.now, Jitter: o.jitter, CatchUp: o.catchUp == "once", Parallel: o.parallel,
		Run: k.run, Ended: k.ended, Next: k.next, Running: k.running, Skipped: k.skipped,
	})
	return k, nil
}

// usable refuses params that hold nothing that could ever run: no directory
// that may get some, and no file that can be read.
func (k *keeper) usable() error {
	entries, trouble := k.docket.listed()
	all := []error{trouble}
	for _, e := range entries {
		if e.err == nil {
			return nil
		}
		all = append(all, e.err)
	}
	for _, address := range k.docket.addresses {
		if info, err := os.Stat(address); err == nil && info.IsDir() {
			return nil
		}
	}
	if len(all) == 2 {
		return all[1]
	}
	return &brick.Error{Kind: brick.BadInput, Err: errors.Join(all...)}
}

// listen opens where health and metrics are asked for; nil when it is off.
func listen(address string) (net.Listener, error) {
	if address == listenOff {
		return nil, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "--listen", Err: err, Hint: "choose another address, or off"}
	}
	return listener, nil
}

// serve runs jobs, all of them whenever somebody hangs up, and answers
// questions about them until ctx ends, and the runs that are under way with it.
func (k *keeper) serve(ctx context.Context, listener net.Listener, hangUp <-chan os.Signal) error {
	k.publish()
	if k.options.runOnStart {
		k.core.RunNow()
	}
	var work sync.WaitGroup
	work.Go(func() { k.watch(ctx, hangUp) })
	stopServing := k.answer(listener)
	k.greet(listener)
	k.core.Run(ctx)
	work.Wait()
	return stopServing()
}

// greet tells somebody at a terminal, where the log keeps to warnings, that it
// has begun.
func (k *keeper) greet(listener net.Listener) {
	if !k.program.stderrTerminal {
		return
	}
	entries, _ := k.docket.listed()
	text := brick.Number(int64(len(entries)), "job") + " scheduled"
	if listener != nil {
		text += ", http://" + listener.Addr().String() + "/runs shows what became of them"
	}
	fmt.Fprintln(k.program.stderr, text)
}

// lookEvery is how often the params are looked at.
const lookEvery = 10 * time.Second

// watch follows the params as they come, change and go, and obeys SIGHUP.
func (k *keeper) watch(ctx context.Context, hangUp <-chan os.Signal) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			k.docket.look(ctx)
			k.publish()
		case <-hangUp:
			k.log.Info().Msg("SIGHUP: all jobs run now")
			k.docket.look(ctx)
			k.publish()
			k.core.RunNow()
		}
	}
}

// publish tells the scheduler, the metrics and the log which jobs there are.
func (k *keeper) publish() {
	k.mu.Lock()
	defer k.mu.Unlock()
	entries, trouble := k.docket.listed()
	if trouble != nil && (k.trouble == nil || trouble.Error() != k.trouble.Error()) {
		k.log.Error().Err(trouble).Msg("a directory of params cannot be listed")
	}
	k.trouble = trouble
	var jobs []schedule.Job
	gone := map[string]bool{}
	for name := range k.known {
		gone[name] = true
	}
	for _, e := range entries {
		jobs = append(jobs, e.job)
		delete(gone, e.job.Name)
		k.introduce(&e)
	}
	k.core.Set(jobs)
	for name := range gone {
		delete(k.known, name)
		k.metrics.Forget(k.of(name))
		k.log.Info().Str("job", name).Msg("job is gone")
	}
}

// introduce tells once of a job, and of each new fault of its params.
func (k *keeper) introduce(e *entry) {
	before, known := k.known[e.job.Name]
	k.known[e.job.Name] = e.err
	if !known {
		k.metrics.Known(k.of(e.job.Name))
	}
	switch {
	case e.err != nil && (before == nil || before.Error() != e.err.Error()):
		k.log.Error().Str("job", e.job.Name).Err(e.err).Msg("params cannot be used")
	case e.err == nil && (!known || before != nil):
		k.log.Info().Str("job", e.job.Name).Stringer("schedule", e.job.Times).Stringer("timezone", e.job.Times.Zone()).Msg("job is scheduled")
	}
}

func (k *keeper) next(job string, due time.Time) {
	k.metrics.Next(k.of(job), due)
	if !due.IsZero() {
		k.log.Debug().Str("job", job).Time("due", due).Msg("next run")
	}
}

func (k *keeper) running(job string, running bool) {
	switch {
	case running:
		k.metrics.Running(k.of(job), 1)
	case k.docket.find(job) != nil:
		k.metrics.Running(k.of(job), 0)
		k.log.Debug().Str("job", job).Msg("job is idle")
	default:
		k.metrics.Forget(k.of(job)) // it went while it ran
	}
}

func (k *keeper) skipped(job string, due time.Time, n int) {
	k.metrics.Skipped(k.of(job), n)
	k.log.Warn().Str("job", job).Time("due", due).Int("times", n).Msg("no run of its own for this time: the one before is not done, or it was missed")
}

// due says for which tick a run is.
func dueLine(job schedule.Job, due time.Time) string {
	if job.Times != nil {
		due = due.In(job.Times.Zone())
	}
	return fmt.Sprintf("job %s, due %s\n", job.Name, due.Format("2006-01-02 15:04:05 -07:00"))
}
