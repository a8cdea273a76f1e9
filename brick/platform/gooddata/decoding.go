package gooddata

import (
	"runtime"
	"sync"
)

// decoding lets pages be decoded by half of the processors as long as others
// are to come: with the other half these are taken in, so that the next
// requests go out before the pages that came together are decoded. Once all
// have come all processors decode.
type decoding struct {
	mu   sync.Mutex
	free sync.Cond // on mu
	due  int       // pages that are asked for and have not come
	busy int       // processors that decode
}

func newDecoding() *decoding {
	d := &decoding{}
	d.free.L = &d.mu
	return d
}

// await calls what asks for a page and waits for it.
func (d *decoding) await(ask func() (*answer, error)) (*answer, error) {
	d.add(1)
	defer d.add(-1)
	return ask()
}

func (d *decoding) add(due int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.due += due; d.due == 0 {
		d.free.Broadcast()
	}
}

// decode calls what decodes a page, when it is its turn.
func (d *decoding) decode(page func()) {
	d.mu.Lock()
	for d.busy >= d.most() {
		d.free.Wait()
	}
	d.busy++
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.busy--
		d.free.Signal()
	}()
	page()
}

// most returns how many pages may be decoded at once. The caller holds mu.
func (d *decoding) most() int {
	all := runtime.GOMAXPROCS(0)
	if d.due == 0 {
		return all
	}
	return max(1, all/2)
}
