// Package spool sorts more records than memory holds, and keeps them for
// reading back in groups.
//
// A record is a key (its group, such as a project), an order within the group
// (such as a login) and a value (such as a row, see [AppendRow]). Add takes
// records in any order; Sort puts them into the bytewise order of key, order
// and value, so that the result never depends on the order of the calls.
//
//	Add ──► chunks ──(within the budget)──► sorted entries ───────────► Sorted
//	          │                                                           ▲
//	          └─(above it)─► sorted runs on disk ──► merge ──► one file ──┘
//
// On disk and in memory a record looks the same: three lengths, then key,
// order and value. Files lie in one folder, are readable by their owner only,
// carry checksums, and lose their name as soon as they are open, so that even
// a killed process leaves nothing behind.
package spool
