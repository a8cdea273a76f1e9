package inputs_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"users-brick/brick"
	"users-brick/inputs"
)

func TestFileThatIsCutOffIsNeverTakenForWhole(t *testing.T) {
	refused := &brick.Error{Kind: brick.BadInput, Op: "get", Err: fmt.Errorf("cut off: %w", io.ErrUnexpectedEOF)}
	for _, file := range []string{"", "log", "login\n", "login\na@x.com\n", "login\na@x.com\nb@x"} {
		for _, cut := range []error{io.ErrUnexpectedEOF, refused} {
			source := io.MultiReader(strings.NewReader(file), iotest.ErrReader(cut))
			var last error
			for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
				last = err
			}
			if !errors.Is(last, cut) || brick.KindOf(last) != brick.KindOf(cut) {
				t.Errorf("%q, then %v: the rows end with %v", file, cut, last)
			}
		}
	}
}

func TestLimitOfARowDoesNotDependOnWhereItStands(t *testing.T) {
	for _, cell := range []string{strings.Repeat("x", 1<<20-9), `"` + strings.Repeat("x\n", 1<<19-6) + `x"`} {
		for before := 0; before < 64<<10; before += 9973 {
			rest := "\nb@x.com," + strings.Repeat("y", before) + "\n"
			fits := read(t, "login,first_name"+rest+"a@x.com,"+cell+rest, inputs.Options{})
			if fits.err != nil || len(fits.rows) != 3 || fits.stats.Bad != 0 {
				t.Fatalf("%d rows, error %v", len(fits.rows), fits.err)
			}
			if e := refusal(t, read(t, "login,first_name"+rest+"aa@x.com,"+cell+rest, inputs.Options{}).err); e.Line != 3 {
				t.Fatalf("error %v", e)
			}
		}
	}
}
