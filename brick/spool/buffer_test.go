package spool_test

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick/spool"
)

func TestBufferGivesBackWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		b := spool.NewBuffer(rapid.IntRange(0, 64).Draw(t, "cutoff"), dir)
		defer b.Close()
		for range rapid.IntRange(1, 3).Draw(t, "rounds") {
			var want []byte
			for _, p := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 100), 0, 10).Draw(t, "writes") {
				if n, err := b.Write(p); n != len(p) || err != nil {
					t.Fatalf("write %d bytes: %d, %v", len(p), n, err)
				}
				want = append(want, p...)
			}
			if b.Len() != int64(len(want)) {
				t.Fatalf("length %d, want %d", b.Len(), len(want))
			}
			wantTwice(t, b, want)
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
		}
	})
	wantEmpty(t, dir)
}

func wantTwice(t *rapid.T, b *spool.Buffer, want []byte) {
	t.Helper()
	var written bytes.Buffer
	if n, err := b.WriteTo(&written); err != nil || n != int64(len(want)) {
		t.Fatalf("write to: %d, %v", n, err)
	}
	read, err := io.ReadAll(b.NewReader())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written.Bytes(), want) || !bytes.Equal(read, want) {
		t.Fatalf("wrote %q and read %q, want %q", written.Bytes(), read, want)
	}
}

func TestBufferNeedsNoFolderBelowTheCutoff(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	b := spool.NewBuffer(10, dir)
	if _, err := b.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	_, err := b.Write([]byte{1})
	wantWriteError(t, err, dir)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
