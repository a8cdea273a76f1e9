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

// New returns the metrics of a program of a version, without any job yet.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewPedanticRegistry(), defined: definitions(),
		counters: map[string]*prometheus.CounterVec{}, gauges: map[string]*prometheus.GaugeVec{},
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: Prefix + buildInfo, Help: buildHelp,
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(build)
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

// WithProcess adds what Go and the system say of this process, and returns the
// same Metrics. It is for programs that are scraped; a file of it would tell
// of a process that is gone.
func (m *Metrics) WithProcess() *Metrics {
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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
func (m *Metrics) Known(job string) {
	for i := range m.defined {
		d := &m.defined[i]
		if !d.counter {
			continue
		}
		for _, values := range d.combinations() {
			m.counters[d.name].WithLabelValues(append([]string{job}, values...)...)
		}
	}
}

// Forget says that a job is no more: its metrics go.
func (m *Metrics) Forget(job string) {
	of := prometheus.Labels{"job": job}
	for _, c := range m.counters {
		c.DeletePartialMatch(of)
	}
	for _, g := range m.gauges {
		g.DeletePartialMatch(of)
	}
}

// Hear returns what listens to the events of one run of a job.
func (m *Metrics) Hear(job string) brick.Emit {
	return func(e brick.Event) {
		switch e := e.(type) {
		case brick.Applied:
			if e.Err == nil {
				m.counters[changes].WithLabelValues(job, e.Change.Action.String(), e.Change.Scope.Level.String()).Inc()
			}
		case brick.Retrying:
			m.retried(job, &e)
		}
	}
}

func (m *Metrics) retried(job string, e *brick.Retrying) {
	reason := otherReason
	switch kind := brick.KindOf(e.Err); kind {
	case brick.Throttled:
		m.counters[rateLimitWaits].WithLabelValues(job).Inc()
		m.counters[rateLimitWaited].WithLabelValues(job).Add(max(0, e.Wait.Seconds()))
		reason = kind.String()
	case brick.Unavailable:
		reason = kind.String()
	}
	m.counters[retries].WithLabelValues(job, reason).Inc()
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
func (m *Metrics) Ended(job string, r Run) {
	m.counters[runs].WithLabelValues(job, r.Outcome).Inc()
	m.counters[held].WithLabelValues(job).Add(float64(max(0, r.Held)))
	m.counters[failed].WithLabelValues(job).Add(float64(max(0, r.Failed)))
	m.counters[platformAsked].WithLabelValues(job).Add(float64(max(0, r.Requests)))
	if r.Outcome == refused {
		m.counters[guardRefusals].WithLabelValues(job).Inc()
	}
	m.gauges[runDuration].WithLabelValues(job).Set(r.Duration.Seconds())
	m.moment(lastRun, job, r.Ended)
	if r.ExitCode == brick.ExitDone {
		m.moment(lastSuccess, job, r.Ended)
	}
}

// Running says how many runs of a job are under way.
func (m *Metrics) Running(job string, n int) {
	m.gauges[runningRuns].WithLabelValues(job).Set(float64(n))
}

// Next says when a job is due next; the zero time means never.
func (m *Metrics) Next(job string, due time.Time) {
	if due.IsZero() {
		m.gauges[nextRun].DeleteLabelValues(job)
		return
	}
	m.moment(nextRun, job, due)
}

// Skipped counts a tick without a run of its own.
func (m *Metrics) Skipped(job string) { m.counters[skippedTicks].WithLabelValues(job).Inc() }

// Panicked counts a run that ended in a fault of the program, in addition to
// Ended.
func (m *Metrics) Panicked(job string) { m.counters[panics].WithLabelValues(job).Inc() }

func (m *Metrics) moment(name, job string, t time.Time) {
	m.gauges[name].WithLabelValues(job).Set(float64(t.UnixMilli()) / 1000)
}
