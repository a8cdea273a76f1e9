package metrics

import (
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"

	"users-brick/brick"
)

// Metrics are the metrics of one process. Make them with [New]; all methods
// may be called from several goroutines.
type Metrics struct {
	registry *prometheus.Registry
	counters map[string]*prometheus.CounterVec
	gauges   map[string]*prometheus.GaugeVec
	defined  []definition
}

// New returns metrics without any job yet.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewPedanticRegistry(), defined: definitions(),
		counters: map[string]*prometheus.CounterVec{}, gauges: map[string]*prometheus.GaugeVec{},
	}
	for i := range m.defined {
		d := &m.defined[i]
		if d.counter {
			m.counters[d.name] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + d.name, Help: d.help}, d.labelNames())
			m.registry.MustRegister(m.counters[d.name])
			continue
		}
		m.gauges[d.name] = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: Prefix + d.name, Help: d.help}, d.labelNames())
		m.registry.MustRegister(m.gauges[d.name])
	}
	return m
}

// WithProcess adds which program this is, and what Go and the system say of
// its process, and returns the same Metrics. It is for programs that are
// scraped: a file would tell of a process that is gone, and two files of one
// folder would tell the same twice, which node_exporter takes for an error.
func (m *Metrics) WithProcess(version string) *Metrics {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: Prefix + buildInfo, Help: buildHelp,
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
}

// Write writes the metrics in Prometheus' text format.
func (m *Metrics) Write(w io.Writer) error {
	families, err := m.registry.Gather()
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(w, f); err != nil {
			return err
		}
	}
	return nil
}

// WriteFile writes the metrics to a file for node_exporter's textfile
// collector: beside it first, so that nobody reads half of them.
func (m *Metrics) WriteFile(path string) error { return prometheus.WriteToTextfile(path, m.registry) }

// Known says that there is a job: its counters begin at 0, so that their first
// step shows.
func (m *Metrics) Known(job Job) {
	for i := range m.defined {
		d := &m.defined[i]
		if !d.counter {
			continue
		}
		for _, values := range d.combinations() {
			m.counters[d.name].WithLabelValues(job.labels(values...)...)
		}
	}
}

// Forget says that a job is no more: its metrics go.
func (m *Metrics) Forget(job Job) {
	values := job.labels()
	of := prometheus.Labels{jobLabel: values[0], shardLabel: values[1]}
	for _, c := range m.counters {
		c.DeletePartialMatch(of)
	}
	for _, g := range m.gauges {
		g.DeletePartialMatch(of)
	}
}

// Hear returns what listens to the events of one run of a job. Which shard it
// is says the run itself: one that is gone on with is what it was. What comes
// after its end is not counted: who is told of it then is not the platform.
func (m *Metrics) Hear(job Job) brick.Emit {
	over := false // set before anybody is told
	return func(e brick.Event) {
		switch e := e.(type) {
		case brick.RunStarted: // comes before all others
			job.Shard = e.Shard
		case brick.Applied:
			if e.Err == nil {
				m.count(changes, job, e.Change.Action.String(), e.Change.Scope.Level.String()).Inc()
			}
		case brick.Retrying:
			if !over {
				m.retried(job, &e)
			}
		case brick.RunEnded:
			over = true
		}
	}
}

func (m *Metrics) retried(job Job, e *brick.Retrying) {
	reason := otherReason
	switch kind := brick.KindOf(e.Err); kind {
	case brick.Throttled:
		m.count(rateLimitWaits, job).Inc()
		m.count(rateLimitWaited, job).Add(max(0, e.Wait.Seconds()))
		reason = kind.String()
	case brick.Unavailable:
		reason = kind.String()
	}
	m.count(retries, job, reason).Inc()
}

func (m *Metrics) count(name string, job Job, values ...string) prometheus.Counter {
	return m.counters[name].WithLabelValues(job.labels(values...)...)
}

func (m *Metrics) gauge(name string, job Job) prometheus.Gauge {
	return m.gauges[name].WithLabelValues(job.labels()...)
}

// Run is what is known of a run that has ended.
type Run struct {
	Outcome  string // one of [Outcomes]
	ExitCode int
	Ended    time.Time
	Duration time.Duration
	Held     int64 // people
	Failed   int64 // people
	Requests int64 // to the platform
}

// refused is the outcome of a run that the guard refused.
const refused = "refused"

// Ended counts a run.
func (m *Metrics) Ended(job Job, r Run) {
	m.count(runs, job, r.Outcome).Inc()
	m.count(held, job).Add(float64(max(0, r.Held)))
	m.count(failed, job).Add(float64(max(0, r.Failed)))
	m.count(platformAsked, job).Add(float64(max(0, r.Requests)))
	if r.Outcome == refused {
		m.count(guardRefusals, job).Inc()
	}
	m.gauge(runDuration, job).Set(r.Duration.Seconds())
	m.moment(lastRun, job, r.Ended)
	if r.ExitCode == brick.ExitDone {
		m.moment(lastSuccess, job, r.Ended)
	}
}

// Running says how many runs of a job are under way.
func (m *Metrics) Running(job Job, n int) { m.gauge(runningRuns, job).Set(float64(n)) }

// Next says when a job is due next; the zero time means never.
func (m *Metrics) Next(job Job, due time.Time) {
	if due.IsZero() {
		m.gauges[nextRun].DeleteLabelValues(job.labels()...)
		return
	}
	m.moment(nextRun, job, due)
}

// Skipped counts ticks without a run of their own.
func (m *Metrics) Skipped(job Job, n int) { m.count(skippedTicks, job).Add(float64(n)) }

// Panicked counts a run that ended in a fault of the program, in addition to
// Ended.
func (m *Metrics) Panicked(job Job) { m.count(panics, job).Inc() }

func (m *Metrics) moment(name string, job Job, t time.Time) {
	m.gauge(name, job).Set(float64(t.UnixMilli()) / 1000)
}
