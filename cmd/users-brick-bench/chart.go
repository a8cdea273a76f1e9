package main

import (
	"fmt"
	"io"
)

// chart is a picture of what the large files took: for each shape three bars
// of CPU seconds, drawn as SVG that reads on a light and a dark page.
type chart struct {
	scaled []scaled
}

// Sizes of the picture, in pixels.
const (
	chartLabels = 250 // left of the bars
	chartBars   = 430 // the longest
	chartRight  = 70  // for its figure
	barHeight   = 14
	groupHeight = 3*barHeight + 22
	chartTop    = 36
)

func (c chart) draw(w io.Writer) {
	longest := 0.0
	for _, s := range c.scaled {
		for _, bar := range s.bars() {
			longest = max(longest, bar.seconds)
		}
	}
	width, height := chartLabels+chartBars+chartRight, chartTop+len(c.scaled)*groupHeight
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="CPU seconds for each shape of the file">`+"\n", width, height, width, height)
	fmt.Fprint(w, `<style>text{font:12px system-ui,sans-serif;fill:#555}.b{fill:#9aa5b1}.o{fill:#2f7ed8}.s{fill:#d9822b}@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>`+"\n")
	at := chartLabels
	for _, bar := range (scaled{}).bars() {
		fmt.Fprintf(w, `<rect class="%s" x="%d" y="8" width="12" height="12"/><text x="%d" y="18">%s</text>`+"\n", bar.class, at, at+18, bar.name)
		at += 150
	}
	for i, s := range c.scaled {
		y := chartTop + i*groupHeight
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", chartLabels-10, y+barHeight*2-3, s.name)
		for j, bar := range s.bars() {
			if bar.seconds == 0 {
				continue
			}
			length := bar.seconds / longest * chartBars
			fmt.Fprintf(w, `<rect class="%s" x="%d" y="%d" width="%.0f" height="%d"/><text x="%.0f" y="%d">%.1f s</text>`+"\n",
				bar.class, chartLabels, y+j*barHeight, length, barHeight-2, chartLabels+length+6, y+(j+1)*barHeight-4, bar.seconds)
		}
	}
	fmt.Fprintln(w, `</svg>`)
}

// bar is one of the bars of a shape.
type bar struct {
	class, name string
	seconds     float64
}

func (s scaled) bars() []bar {
	return []bar{
		{"b", "bare encoding/csv", s.bare.cpu.Seconds()},
		{"o", "users-brick", s.ours.cpu.Seconds()},
		{"s", "GNU sort", s.sort.cpu.Seconds()},
	}
}
