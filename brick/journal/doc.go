// Package journal remembers on disk what became of each change of a plan, so
// that whoever comes after a run that died knows what was done, what may have
// been done, and what was surely not begun.
//
// A journal is a file of lines beside the plan whose digest it names. Before
// changes are sent to the platform their numbers are written, afterwards what
// became of them; both are safe on disk before the run goes on:
//
//	{"kind":"journal","version":1,"plan":"9f1c…","changes":300,"run_id":"…","started":"…","crc":"8a1d03c2"}
//	{"kind":"begun","seqs":[1,200],"crc":"…"}                     1 to 200 are about to be sent: batch 1
//	{"kind":"begun","seqs":[201,20,1,79],"crc":"…"}               201 to 220, all but 221, 222 to 300: batch 2
//	{"kind":"became","batch":1,"failed":[{"seq":7,…}],"crc":"…"}  of batch 1 all but 7 hold
//
// A change that was begun and of which nothing more is told may have taken
// place: its fate is [plan.Unknown]. One that was never begun has not been
// tried.
//
// Each line ends with a checksum over all lines up to it. A last line without
// one is what a crash in the middle of writing leaves: it is cut off, since
// nobody acted on it. Anything else that does not fit is damage, and the
// journal is not believed.
//
// Several batches that come at the same time share one write and one sync.
package journal
