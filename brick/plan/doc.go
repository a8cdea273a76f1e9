// Package plan compares what a file wants with what a platform holds, and
// keeps the outcome as a file that people and programs can read.
//
//	rows of one scope ──► Merge ──► wants ──┐
//	                                        ├──► Diff ──► decisions ──► plan.ndjson
//	members of the scope ───────────────────┘                  └─────► findings.ndjson
//
// Everything here is about one scope at a time and streams: both sides come
// in the order of logins, and nothing is held but the two at hand.
package plan
