// Package directory is the platform that needs nothing: organizations,
// accounts, projects, roles, groups and members in one SQLite file, with an
// audit of every change. It is what a newcomer meets first.
//
//	users.json ──► Create, Load ──►  users.db  ──► Dump ──► users.json
//	                                 │     ▲
//	                           List ─┘     └─ Apply, one transaction a batch
//
// The file is always one file: it is kept in rollback-journal mode, so that
// nothing lies beside it once a transaction is over, and whoever only reads
// leaves every byte as it was. A transaction that was cut off is rolled back
// by whoever opens the file next.
//
// Runs that share nothing but the file take turns in it: see [Turn].
//
// The table audit is for people: one row for each change that altered
// something, with the run, the time, and the person before and after.
package directory
