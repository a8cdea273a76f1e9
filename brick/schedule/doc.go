// Package schedule decides when jobs begin: at which moments each is due, and
// which of those that are due may begin now.
//
//	expression + zone ──► Times ──┐
//	                              ▼
//	Set(jobs) ──────────────► Scheduler ──► Run(job), each in a goroutine
//	RunNow() ────────────────►    │
//	                              └──► Next, Running, Skipped, Ended: for logs and metrics
//
// # Times
//
// A cron expression means what clocks on the wall show in its zone. Where they
// are put forward or back, no day is missed and none counts twice:
//
//   - A time that the clocks leave out is due at the moment when they jump:
//     02:30 at 03:00. Several that are left out together are due once.
//   - A time that comes twice is due the first time only.
//   - An expression for every hour follows the hours that pass: none is left
//     out, and one that comes twice is due twice.
//
// The library that reads expressions, robfig/cron, does neither of the first
// two: it leaves out the day on which 02:30 does not exist, and takes 02:30
// twice on the day on which it comes twice. Therefore it is only asked about
// days without such jumps, see [Times.Next].
//
// @every 90m is due at each multiple of 90 minutes, counted so that @every 1h
// is due on the hour and @every 24h at midnight UTC. It does not matter when
// the program was started.
//
// # Which may begin
//
//   - A job never overlaps itself, and jobs of one target never overlap.
//   - Ticks that are missed while a job is under way, while it waits for
//     others, or while the machine sleeps, are made up once or not at all.
//     Each tick has a run of its own or counts as skipped.
//   - The clock of the machine may be set back: by up to an hour, then
//     nothing is due again that was due before; by more, then the clock was
//     wrong before and everything is reckoned anew.
package schedule
