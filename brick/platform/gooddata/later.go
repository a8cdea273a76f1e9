package gooddata

// later is something that is being worked out beside what its owner does.
// The owner gets it before he is done, wanted or not.
type later[T any] struct {
	done  chan struct{}
	value T
	err   error
}

func soon[T any](f func() (T, error)) *later[T] {
	l := &later[T]{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		l.value, l.err = f()
	}()
	return l
}

// get waits for it.
func (l *later[T]) get() (T, error) {
	<-l.done
	return l.value, l.err
}
