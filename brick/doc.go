// Package brick holds the words of users-brick and nothing else: no input, no
// output, only the standard library.
//
// Inputs yield rows; a mode says which rows belong to which scope; the plan
// compares them with what a platform holds; the guard may refuse; apply does
// it; the report tells.
//
//	params.json ──► params ──┐
//	                         ▼
//	users.csv ──► inputs ─rows─► engine ── mode.Steps ──► spool (sorted by scope, login)
//	                               │                         │ want
//	            platform.List ─────┼──► spool ── have ──────┤
//	                               │                         ▼
//	                               │                    plan.Diff ──► plan.ndjson ──► guard
//	                               ▼                                                   │ agreed
//	            platform.Apply ◄── give pass, take pass ◄── plan.ndjson ◄──────────────┘
//	                               │
//	                            events ──► report · log · progress
//
// # What always holds
//
//   - Nothing is written to the platform before the whole file has been read,
//     the whole plan has been made and the guard has agreed to all of it.
//   - What is not given is not touched.
//   - Whoever is spared appears nowhere: he is taken out of both sides before
//     they are compared.
//   - After doubt nothing is removed: a bad row, a listing that broke off or a
//     row that names nobody holds removals where it may matter.
//   - Everything that gives is done before anything that takes.
//   - A second run on the same file plans nothing, and the order of the rows
//     never matters.
//   - Memory does not grow with the file.
//
// # Where to read on
//
// Start with [Row], [Member], [Scope] and [Change]; then package plan (Diff is
// the heart), package engine (the whole run on one screen), package platform
// (what a connector must do) and its exam, package platformtest. Modes are in
// package modes, one file each; the program is in cmd/users-brick.
package brick
