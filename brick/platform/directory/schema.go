package directory

// A users-brick directory is told from other SQLite files by its application
// id ("ubrk") and the version of its tables.
const (
	applicationID = 0x7562726b
	schemaVersion = 1
)

// schema makes the tables. Lists within a cell (roles of a member, values of
// a list field) are kept as the words of package brick write them: sorted and
// joined by commas, roles by line ends.
const schema = `
PRAGMA application_id = 0x7562726b;
PRAGMA user_version = 1;

CREATE TABLE organizations (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
);
CREATE TABLE accounts (
	organization         INTEGER NOT NULL REFERENCES organizations,
	login                TEXT NOT NULL,
	first_name           TEXT NOT NULL,
	last_name            TEXT NOT NULL,
	email                TEXT NOT NULL,
	authentication_modes TEXT NOT NULL,
	sso_provider         TEXT NOT NULL,
	language             TEXT NOT NULL,
	company              TEXT NOT NULL,
	position             TEXT NOT NULL,
	country              TEXT NOT NULL,
	phone                TEXT NOT NULL,
	ip_whitelist         TEXT NOT NULL,
	password_set_at      TEXT, -- the password itself is kept nowhere
	PRIMARY KEY (organization, login)
) WITHOUT ROWID;
CREATE TABLE projects (
	id           INTEGER PRIMARY KEY,
	organization INTEGER NOT NULL REFERENCES organizations,
	project      TEXT NOT NULL UNIQUE,
	title        TEXT NOT NULL,
	custom_id    TEXT NOT NULL,
	client_id    TEXT NOT NULL,
	data_product TEXT NOT NULL,
	segment      TEXT NOT NULL
);
CREATE INDEX projects_organization ON projects (organization, project);
CREATE UNIQUE INDEX projects_client ON projects (organization, data_product, client_id) WHERE client_id <> '';
CREATE TABLE roles (
	project INTEGER NOT NULL REFERENCES projects,
	role    TEXT NOT NULL,
	PRIMARY KEY (project, role)
) WITHOUT ROWID;
CREATE TABLE groups (
	id      INTEGER PRIMARY KEY,
	project INTEGER NOT NULL REFERENCES projects,
	folded  TEXT NOT NULL,
	name    TEXT NOT NULL,
	UNIQUE (project, folded)
);
CREATE TABLE members (
	project INTEGER NOT NULL REFERENCES projects,
	login   TEXT NOT NULL,
	status  INTEGER NOT NULL CHECK (status IN (1, 2)), -- enabled, disabled
	roles   TEXT NOT NULL,
	PRIMARY KEY (project, login)
) WITHOUT ROWID;
CREATE TABLE group_members (
	project  INTEGER NOT NULL,
	login    TEXT NOT NULL,
	group_id INTEGER NOT NULL REFERENCES groups,
	PRIMARY KEY (project, login, group_id)
) WITHOUT ROWID;
CREATE TABLE audit (
	id         INTEGER PRIMARY KEY,
	run        TEXT NOT NULL,
	at         TEXT NOT NULL, -- RFC 3339, UTC
	level      TEXT NOT NULL,
	scope      TEXT NOT NULL,
	login      TEXT NOT NULL,
	action     TEXT NOT NULL,
	before     TEXT, -- JSON
	after      TEXT  -- JSON
);
`

// contents are the tables that a document describes, in an order in which
// they can be filled; audit is not among them.
var contents = [...]string{"organizations", "accounts", "projects", "roles", "groups", "members", "group_members"}
