package spool

// spill is the part of a sorter that lies on disk: sorted runs, one after the
// other in one file.
type spill struct {
	file   *tempFile
	runs   []extent
	groups grouping // of the runs

	part *arena // on its way to disk, nil when nothing is
	done chan error
}

// cost returns the memory of the records that are on their way to disk.
func (p *spill) cost() int64 {
	if p.part == nil {
		return 0
	}
	return p.part.cost()
}

// begin sorts and writes the records of part in the background. Until wait
// returns, part and the entries of the sorter belong to the spill.
func (p *spill) begin(s *Sorter, part *arena, ordered bool) error {
	if p.file == nil {
		file, err := createTemp(s.dir)
		if err != nil {
			return err
		}
		p.file = file
	}
	p.part = part
	p.done = make(chan error, 1)
	memory := s.memory()
	p.groups.room = memory
	go func() {
		p.done <- p.write(part, &s.entries, ordered, writeBuffer(memory))
	}()
	return nil
}

// wait returns the part that was on its way, nil when none was, and why it
// could not be written.
func (p *spill) wait() (*arena, error) {
	if p.part == nil {
		return nil, nil
	}
	part := p.part
	p.part = nil
	return part, <-p.done
}

// write appends one run to the file. Records that came in order lie in the
// chunks as they must lie in the file.
func (p *spill) write(part *arena, entries *[]entry, ordered bool, buffer int) error {
	w := newExtentWriter(p.file, buffer)
	if ordered && p.groups.given {
		for _, c := range part.chunks {
			if err := w.write(c.bytes); err != nil {
				return err
			}
		}
	} else {
		*entries = part.sorted(*entries, ordered)
		for r := range part.all(*entries) {
			p.groups.note(r.key, w)
			if err := w.write(r.raw); err != nil {
				return err
			}
		}
	}
	p.groups.endRun(w)
	p.runs = append(p.runs, w.whole())
	return w.flush()
}

// close removes the file. No part may be on its way.
func (p *spill) close() error {
	err := p.file.Close()
	p.file, p.runs, p.groups = nil, nil, grouping{}
	return err
}

// writeBuffer returns the size of the buffer for writing at a budget.
func writeBuffer(memory int64) int { return int(min(max(memory/64, 4<<10), 256<<10)) }

// readBuffer returns the size of each buffer for merging so many runs, which
// together take half the budget at most while that allows 4 KiB for each.
func readBuffer(memory int64, runs int) int {
	return int(min(max(memory/2/int64(runs), 4<<10), 256<<10))
}
