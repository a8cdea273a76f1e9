package platform

// round watches how long answers take. It follows requests that began one
// after another until they are done, as many as may be under way at once,
// and then the next ones: the answers that come first would tell only of the
// fast ones. Equal requests differ a lot for reasons of their own, so it goes
// by means and majorities; what is spread but does not grow is no delay.
type round struct {
	first, last uint64 // the turns that it follows
	left        int    // how many of them are not done
	slow, fast  int    // answers that took more, or no more, than twice the usual time
	usual       map[kind]*usual
}

// usual is how long requests of a kind take while the platform keeps up: the
// lowest mean of some of them.
type usual struct {
	answers int
	sum     float64
	lowest  float64 // 0 while there were too few answers to tell
}

// How many answers a mean needs: the first one is wanted soon, those that
// may only lower it must not do so by chance.
const (
	firstMean = 16
	laterMean = 64
)

// begin follows the next turns.
func (r *round) begin(begun uint64, turns float64) {
	r.first, r.last = begun+1, begun+uint64(turns)
	r.left, r.slow, r.fast = int(turns), 0, 0
}

// note takes what one turn told and reports whether the round is over. A few
// stragglers do not hold it up.
func (r *round) note(number uint64, s sign) bool {
	if number < r.first || number > r.last {
		return false
	}
	if u := r.of(s); u != nil {
		u.answers++
		u.sum += float64(s.took)
		switch {
		case u.lowest == 0:
		case float64(s.took) > 2*u.lowest:
			r.slow++
		default:
			r.fast++
		}
	}
	r.left--
	return r.left <= int(r.last-r.first+1)/16
}

// of returns what is usual for a success, nil when it cannot be told.
func (r *round) of(s sign) *usual {
	if s.took == 0 {
		return nil
	}
	u := r.usual[s.kind]
	if u == nil && len(r.usual) < maxKinds {
		u = &usual{}
		r.usual[s.kind] = u
	}
	return u
}

// late reports whether most answers of the round came late, and learns from
// it what is usual.
func (r *round) late() bool {
	for _, u := range r.usual {
		u.learn()
	}
	return r.slow > r.fast
}

func (u *usual) learn() {
	need := laterMean
	if u.lowest == 0 {
		need = firstMean
	}
	if u.answers < need {
		return
	}
	mean := u.sum / float64(u.answers)
	if u.lowest == 0 || mean < u.lowest {
		u.lowest = mean
	}
	u.answers, u.sum = 0, 0
}

// forget drops what was usual.
func (r *round) forget() { clear(r.usual) }
