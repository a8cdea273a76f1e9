package brick

// Row is what one line of the file says. Cells are trimmed; what is empty is
// not given.
type Row struct {
	Line     int      // where the row starts in the file, from 1; of the files of a pattern see [Files]
	Project  string   // the cell of the project column, compared as it stands
	Login    Login    // empty only when Bad is set
	Profile  Profile  // the account attributes given
	Password Secret   // for new accounts, or for all when the params say so
	Roles    []string // role names as written; nil: no such column, empty: the cell is empty
	Groups   []string // group names as written; nil: no such column, empty: no groups
	Bad      *BadRow  // set when the row cannot be used as it stands
}

// BadRow says why a row cannot be used, and whom it may have meant, so that
// nobody loses anything because of it.
type BadRow struct {
	Column int    // of the offending cell, from 1; 0 when it is the whole row
	Reason string // for a person, without line and column
	Hint   string // what to do about it, may be empty

	// Anywhere is set when the row's project cannot be told or trusted, so
	// that it may concern every scope.
	Anywhere bool
	// Suspects are the logins that stand in the row, when it cannot be told
	// which cell is the login. A known login stands in Row.Login instead.
	Suspects []Login
	// Local is the likely start of a login that cannot be read (see
	// LocalGuess). Members with that local part are not removed, nor is one
	// whose login has the same letters and digits (see Letters), since an @ may
	// have been lost.
	Local string
	// Nameless is set when nobody knows whom the row means: nothing may be
	// removed where it may belong.
	Nameless bool
}
