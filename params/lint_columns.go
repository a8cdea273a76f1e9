package params

// lintColumns checks that no column of the file is said to mean two things. A
// column that one param names and that is the default of another is read as
// both, as in {"login_column": "email"}; the warning says so.
func (r *reader) lintColumns() {
	first := map[string]string{} // param by column
	defaults := map[string]string{}
	for _, f := range columnFields() {
		name := *f.at(r.p).(*string)
		switch other := first[name]; {
		case name == "":
		case !r.has(f.Name):
			defaults[name] = f.Name
		case other != "":
			r.notes.fail(r.placeOf(f.Name), "give each its own column", "%s and %s name the same column", other, f.Name)
		default:
			first[name] = f.Name
		}
	}
	for _, f := range columnFields() {
		name := *f.at(r.p).(*string)
		if other := defaults[name]; r.has(f.Name) && first[name] == f.Name && other != "" {
			r.notes.warn(r.placeOf(f.Name), "set "+other+" if that is not meant", "the column that %s names is also read as %s", f.Name, other)
		}
	}
}
