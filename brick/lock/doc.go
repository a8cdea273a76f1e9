// Package lock keeps two runs on one machine from working on one target at
// the same time.
//
// Who decides is the kernel, by locks on files that are never deleted; what
// lies beside them is for people: who holds a lock, and since when. So a run
// that is killed frees its target at once, and what it leaves behind is known
// for what it is.
//
//	a run on              TARGET.lock   TARGET-PROJECT.lock   its info
//	all of a target       alone                               TARGET.json
//	one project of it     with others   alone                 TARGET-PROJECT.json
//	one shard of a run    with others   alone, by its number  TARGET-fleet-….json
//
// Runs exclude each other when both may touch the same people: all of a target
// and anything on it, the same project twice, the same shard twice, or a shard
// and whatever is no shard of the same run. Runs on different projects work
// side by side, and so do the shards of one run. Since nobody outside a run
// knows which projects a shard has, files TARGET+….lock keep runs on projects
// and the shards of each run apart from each other.
//
// Who does not share the folder of the locks, or has it on a network file
// system that only pretends to lock, is not kept apart here. A platform that
// can do more does so by itself, under the same [Owner].
package lock
