package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	kgzip "github.com/klauspost/compress/gzip"
)

// parts are figures of what happens before the first request, and of comparing.
type parts struct {
	start    time.Duration // of the process
	local    figure        // everything before the first request
	overlap  []overlap     // in the order of their ratios
	compared compared
	memory   int64 // peak of comparing
}

// overlap is what three processes took that ran one after the other.
type overlap struct {
	plain  time.Duration // reading and typing the file
	unpack time.Duration // decompressing it
	packed time.Duration // both at once
}

// ratio is how many times the slower of the two both at once take.
func (o overlap) ratio() float64 { return o.packed.Seconds() / max(o.unpack, o.plain).Seconds() }

// overlapRounds is how often that is measured; the median counts.
const overlapRounds = 9

// overlapRows is how many rows the file has that is decompressed, enough that
// the start of the process does not count.
const overlapRows = 4_000_000

// comparedMembers is how many members the project has that is compared.
const comparedMembers = 1_000_000

// measureParts measures on the file of the local benchmark.
func (b *bench) measureParts() (err error) {
	p := &b.parts
	if p.start, err = b.medianWall(b.program, "version"); err != nil {
		return err
	}
	if p.local, err = b.toFirstRequest(b.data.dir, b.data.file, b.rows); err != nil {
		return err
	}
	if err := b.measureOverlap(); err != nil {
		return err
	}
	return b.measureComparing()
}

// measureOverlap measures the three in turn, so that whatever else the machine
// does slows all of them.
func (b *bench) measureOverlap() error {
	whole, packed := filepath.Join(b.data.dir, "overlap.csv"), filepath.Join(b.data.dir, "overlap.csv.gz")
	err := writeFile(whole, func(w io.Writer) { shape{projects: b.projects}.write(w, overlapRows) })
	if err == nil {
		err = compress(whole, packed)
	}
	for range overlapRounds {
		var o overlap
		for _, m := range []struct {
			to        *time.Duration
			how, file string
		}{{&o.plain, "rows", whole}, {&o.unpack, "gzip", packed}, {&o.packed, "rows", packed}} {
			var f figure
			if err == nil {
				f, err = b.measure("", 0, "", b.self, "-read", m.how, m.file)
			}
			*m.to = f.wall
		}
		b.parts.overlap = append(b.parts.overlap, o)
	}
	slices.SortFunc(b.parts.overlap, func(a, b overlap) int { return cmp.Compare(a.ratio(), b.ratio()) })
	return err
}

func (b *bench) measureComparing() error {
	cmd := exec.Command(b.self, "-compare", fmt.Sprint(comparedMembers))
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	b.parts.memory = peak(cmd)
	return json.NewDecoder(bytes.NewReader(out)).Decode(&b.parts.compared)
}

// medianWall runs a process several times and returns the median of its wall
// time.
func (b *bench) medianWall(command string, args ...string) (time.Duration, error) {
	var all []time.Duration
	for range rounds {
		f, err := b.measure("", 0, "", command, args...)
		if err != nil {
			return 0, err
		}
		all = append(all, f.wall)
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

func compress(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	return errors.Join(err, z.Close(), out.Close())
}

// unpackOnly is the yardstick for a compressed file: nothing is done with the
// bytes.
func unpackOnly(r io.Reader) (int, error) {
	z, err := kgzip.NewReader(r)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, z)
	return int(n), err
}

// tellParts writes them down.
func (b *bench) tellParts(w io.Writer) {
	p := &b.parts
	o := p.overlap[len(p.overlap)/2]
	fmt.Fprintf(w, "\nThe process starts in %d ms. Up to its first request, %s rows take %.2f s. Of %s rows under gzip, decompressing takes\n"+
		"%.2f s, reading and typing %.2f s, and both together, which overlap, %.2f s: **%.2f times** the slower of them (median of %d\n"+
		"such threes, measured in turn; %.2f to %.2f in all).\n",
		p.start.Milliseconds(), grouped(b.rows), p.local.wall.Seconds(), grouped(overlapRows), o.unpack.Seconds(), o.plain.Seconds(), o.packed.Seconds(),
		o.ratio(), overlapRounds, p.overlap[0].ratio(), p.overlap[len(p.overlap)-1].ratio())
	fmt.Fprintf(w, "Comparing a project of %s members with a file that changes 2 %% of them takes **%.2f µs** a member beyond decoding, and the\n"+
		"process %d MiB at its peak.\n", grouped(p.compared.Members), float64(p.compared.perMember().Nanoseconds())/1000, p.memory>>20)
}
