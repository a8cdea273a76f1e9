// Package metrics counts what runs do, for Prometheus.
//
//	brick.Event ──► Hear ──┐
//	a run's end ──► Ended ─┼──► Metrics ──► Handler (scraped) or Write (a file for node_exporter)
//	the schedule ──► …   ──┘
//
// All metrics of the program are in one table, see [Table]; docs/metrics.md is
// made of it. Their labels are the name of a job, which shard of it spoke, and
// words of closed sets: never a login, a project or a text of a platform.
package metrics
