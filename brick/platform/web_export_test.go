package platform

// UnderWay returns how many requests have a turn, and how many wait for one.
func UnderWay(w *Web) (inside, waiting int) {
	w.pace.mu.Lock()
	defer w.pace.mu.Unlock()
	return w.pace.inside, w.pace.waiting.Len()
}
