// Package gooddatatest is a GoodData platform that runs in this process: an
// [http.Handler] that answers under /gdc as the recorded platform does, from a
// [State] that is one JSON document, with the [Faults] that it is told to have.
//
//	state, err := gooddatatest.Read("town.json", file)
//	server, err := gooddatatest.New(state, gooddatatest.Faults{})
//	url, stop := server.Start()
//	defer stop()
//	…
//	server.State() // what it holds now
//
// Tests talk to it, also without any connection ([Server.Transport]), and so
// does whoever wants to rehearse a run: a dump of a directory loads as it is,
// and [State.WithAdmin] adds somebody who can log in.
//
//	/gdc/account/login, token, profile, domains/D/users   tokens and accounts
//	/gdc/projects/P, …/roles, …/users, …/dataload/metadata
//	/gdc/internal/projects/P/roles
//	/gdc/userGroups, …/G, …/G/members, …/G/modifyMembers
//	/gdc/domains/D/dataproducts, segments, clients
//
// # Who may do what
//
// Everything but login, token, /gdc and /gdc/ping needs a temporary token.
// The accounts of an organization, its data products, segments and clients are
// open to its admins: accounts with admin true, and those that its list of
// admins names, of whatever organization they are. Whoever has an account may
// see and change his own. A project is open to the admins of its organization
// and to its enabled members with the role adminRole, superAdminRole,
// unverifiedAdminRole, editorUserAdminRole or admin; its description also to
// its other enabled members. An account without a password cannot log in with
// one.
//
// # What is invented
//
// Where nothing is recorded, [Faults] has a switch, or the text beside the
// code says so. A project that is not ENABLED answers like any other: whoever
// cares must look at its state. A whitelist of addresses is kept, but keeps
// nobody out.
package gooddatatest
