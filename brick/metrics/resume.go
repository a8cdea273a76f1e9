package metrics

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	dto "github.com/prometheus/client_model/go"
)

// maxFile is how much of an earlier file is read, in bytes.
const maxFile = 16 << 20

// Resume goes on from what an earlier process wrote with [Metrics.WriteFile]:
// counters keep counting, and the last success is known although this run may
// be none. Counters are added to those that there are; all else takes the place
// of what there is. A file that cannot be read is an error and leaves the
// metrics as they were; what is in it that is not ours is passed over.
func (m *Metrics) Resume(r io.Reader) error {
	families, err := familiesOf(io.LimitReader(r, maxFile))
	if err != nil {
		return fmt.Errorf("earlier metrics cannot be read: %w", err)
	}
	for i := range m.defined {
		d := &m.defined[i]
		family := families[Prefix+d.name]
		if family == nil || d.fleeting {
			continue
		}
		for _, metric := range family.GetMetric() {
			if values, ok := d.valuesOf(metric); ok {
				m.resume(d, values, metric)
			}
		}
	}
	return nil
}

// familiesOf reads metrics in Prometheus' text format. The library panics over
// some texts, such as a summary whose name stands between the braces of its
// labels; that is an error like any other.
func familiesOf(r io.Reader) (families map[string]*dto.MetricFamily, err error) {
	defer func() {
		if value := recover(); value != nil {
			families, err = nil, fmt.Errorf("panic: %v", value)
		}
	}()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(r)
}

func (m *Metrics) resume(d *definition, values []string, metric *dto.Metric) {
	if d.counter {
		if v := metric.GetCounter().GetValue(); v > 0 && !math.IsInf(v, 1) {
			m.counters[d.name].WithLabelValues(values...).Add(v)
		}
		return
	}
	if v := metric.GetGauge().GetValue(); metric.GetGauge() != nil && !math.IsNaN(v) {
		m.gauges[d.name].WithLabelValues(values...).Set(v)
	}
}

// Plus adds what other metrics have counted, as if they were an earlier
// process.
func (m *Metrics) Plus(other *Metrics) error {
	var text bytes.Buffer
	if err := other.Write(&text); err != nil {
		return err
	}
	return m.Resume(&text)
}

// valuesOf returns the values of the labels in their order, and false when a
// metric has other labels than its definition. An empty label may be left out.
func (d *definition) valuesOf(metric *dto.Metric) ([]string, bool) {
	given := map[string]string{}
	for _, l := range metric.GetLabel() {
		if l.GetValue() != "" {
			given[l.GetName()] = l.GetValue()
		}
	}
	var values []string
	for _, name := range d.labelNames() {
		value, ok := given[name]
		if !ok && name != shardLabel {
			return nil, false
		}
		values = append(values, value)
		delete(given, name)
	}
	return values, len(given) == 0
}
