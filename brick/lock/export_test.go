package lock

// InPlace is inPlace for tests.
func (l *Lock) InPlace() bool { return l.inPlace() }
