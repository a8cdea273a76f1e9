package platform

// UnderWay returns how many requests have a turn, and how many wait for one.
func UnderWay(w *Web) (inside, waiting int) {
	w.pace.mu.Lock()
	defer w.pace.mu.Unlock()
	return w.pace.inside, w.pace.waiting.Len()
}

// Limit returns how many requests may be under way now.
func Limit(w *Web) float64 {
	w.pace.mu.Lock()
	defer w.pace.mu.Unlock()
	return w.pace.limit
}

// Kinds returns how many kinds of requests are told apart.
func Kinds(w *Web) int {
	w.pace.mu.Lock()
	defer w.pace.mu.Unlock()
	return len(w.pace.round.usual)
}
