// Package gooddata connects to the GoodData platform, the one with the
// /gdc resources: its organizations are called domains there.
//
//	Driver ──► call ──► session ──► platform.Web ──► the platform
//	accounts · members · groups      (tokens)        (limits, retries)
//	roles · projects · clients
//
// Everything goes through one [platform.Web]. A change costs no look-up: what
// the platform needs to know of a person lies in brick.Member.Ref, which the
// listing fills in.
package gooddata
