package plan

import "users-brick/brick"

// Decoder is a [decoder] for tests.
type Decoder struct{ decoder }

// Change reads the line of a change.
func (d *Decoder) Change(line []byte) (brick.Change, error) { return d.change(line) }

// MostStretches is how many stretches of a plan are remembered.
const MostStretches = mostStretches
