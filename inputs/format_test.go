package inputs_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/inputs"
)

func TestOtherQuotesEncloseCells(t *testing.T) {
	const file = `login;'first_name';company
a@x.com;'Ann ''Nan'' "A;B"';plain "x" cell
'b@x.com';"Bob";'two
lines'
`
	for _, quote := range []rune{'\'', '`', '~', '|', '$', '/'} {
		got := read(t, "\ufeff"+strings.ReplaceAll(file, "'", string(quote)), inputs.Options{Quote: quote, Delimiter: ';'})
		if got.err != nil || len(got.rows) != 2 || got.stats.Bad != 0 {
			t.Fatalf("%c: rows %+v, error %v", quote, got.rows, got.err)
		}
		a, b := got.rows[0].Profile, got.rows[1].Profile
		q := string(quote)
		same(t, "first row", a, brick.Profile{brick.FirstName: "Ann " + q + "Nan" + q + ` "A;B"`, brick.Company: `plain "x" cell`})
		same(t, "second row", b, brick.Profile{brick.FirstName: `"Bob"`, brick.Company: "two\nlines"})
		same(t, "quote", got.stats.Format.Quote, q)
	}
}

func TestDoubleQuoteMaySeparateWhenItDoesNotEnclose(t *testing.T) {
	row := one(t, "login\"first_name\na@x.com\"'An\"n'\n", inputs.Options{Quote: '\'', Delimiter: '"'})
	same(t, "first name", row.Profile[brick.FirstName], `An"n`)
}

// Any two characters enclose and separate cells, or are refused before the
// file is touched.
func TestAnyMarksEncloseAndSeparate(t *testing.T) {
	delimiters := []rune{inputs.AutoDelimiter, '¦', '\u2028', '\ufeff', utf8.RuneError, utf8.MaxRune, utf8.MaxRune + 1, 0xd800}
	for c := range rune(unicode.MaxASCII + 1) {
		delimiters = append(delimiters, c)
	}
	tried := 0
	for quote := rune(-1); quote < 0x100; quote++ {
		for _, delimiter := range delimiters {
			o := inputs.Options{Quote: quote, Delimiter: delimiter}
			d, q := delimiter, string(cmp.Or(quote, '"'))
			if d <= 0 {
				d = ','
			}
			var file strings.Builder
			for _, record := range [][]string{{"login", "first_name"}, {"a@x.com", "It" + q + string(d) + "s"}} {
				for i, cell := range record {
					if i > 0 {
						file.WriteRune(d)
					}
					file.WriteString(q + strings.ReplaceAll(cell, q, q+q) + q)
				}
				file.WriteString("\n")
			}
			empty := read(t, "", o) // there is nothing that could tell the delimiter
			refusal(t, empty.err)
			got := read(t, file.String(), o)
			if o.Check() != nil {
				if refusal(t, got.err); got.stats.Bytes != 0 {
					t.Errorf("quote %q, delimiter %q: read in spite of %v", quote, delimiter, o.Check())
				}
				continue
			}
			tried++
			if delimiter == inputs.AutoDelimiter && q == "," {
				refusal(t, got.err) // what separates these is none of those that are looked for
				continue
			}
			if got.err != nil || len(got.rows) != 1 || got.rows[0].Bad != nil || got.rows[0].Profile[brick.FirstName] != "It"+q+string(d)+"s" {
				t.Errorf("quote %q, delimiter %q: rows %+v, error %v", quote, delimiter, got.rows, got.err)
			}
		}
	}
	if tried < 33*120 {
		t.Errorf("only %d pairs could be read with", tried)
	}
}

func TestOtherQuoteOutOfPlaceIsTreatedAsAnyOther(t *testing.T) {
	o := inputs.Options{Quote: '\''}
	got := read(t, "login,first_name\na@x.com,O'Neil\nb@x.com,\"B\nja'ne@x.com,J\n", o)
	if got.err != nil || len(got.rows) != 3 {
		t.Fatalf("rows %+v, error %v", got.rows, got.err)
	}
	bad := got.rows[0].Bad
	same(t, "bad", *bad, brick.BadRow{Column: 10, Anywhere: true, Suspects: []brick.Login{"a@x.com"}, Reason: bad.Reason, Hint: bad.Hint})
	same(t, "double quote", got.rows[1].Profile[brick.FirstName], `"B`)
	if bad := got.rows[2].Bad; bad == nil || !bad.Nameless || bad.Column != 3 {
		t.Errorf("bad %+v", bad)
	}
	for file, column := range map[string]int{"login,first_name\na@x.com,'A\nb@x.com,B\n": 9, "'login,first_name\n": 1} {
		if e := refusal(t, read(t, file, o).err); e.Column != column || !strings.Contains(e.Error(), "a quote opens here") {
			t.Errorf("%q: error %v", file, e)
		}
	}
}

// drawn is a way to write a file.
type drawn struct {
	options   inputs.Options
	delimiter rune
	quote     rune
	always    bool // quotes around all cells
	lineEnd   string
	sep, mark bool
}

func drawFormat(t *rapid.T) drawn {
	d := drawn{
		delimiter: rapid.SampledFrom([]rune{',', ';', '\t', '|'}).Draw(t, "delimiter"),
		quote:     rapid.SampledFrom([]rune{'"', '\'', '`', '~'}).Draw(t, "quote"),
		always:    rapid.Bool().Draw(t, "quotes around all cells"),
		lineEnd:   rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end"),
		sep:       rapid.Bool().Draw(t, "first line with sep="),
		mark:      rapid.Bool().Draw(t, "mark"),
	}
	d.options = inputs.Options{
		Encoding:    rapid.SampledFrom([]string{"", "UTF-16", "UTF-16LE", "UTF-16BE", "windows-1250", "ISO-8859-2"}).Draw(t, "encoding"),
		Compression: rapid.SampledFrom([]string{"none", "gzip", "zstd"}).Draw(t, "compression"),
		Delimiter:   rapid.SampledFrom([]rune{d.delimiter, inputs.AutoDelimiter}).Draw(t, "param delimiter"),
		Quote:       d.quote,
	}
	if d.quote == '"' && rapid.Bool().Draw(t, "quote left out") {
		d.options.Quote = 0
	}
	return d
}

// text returns the lines with their ending.
func (d *drawn) text(records [][]string) string {
	var text strings.Builder
	if d.sep {
		text.WriteString("sep=" + string(d.delimiter) + d.lineEnd)
	}
	q := string(d.quote)
	for _, record := range records {
		cells := make([]string, len(record))
		for i, cell := range record {
			if cells[i] = cell; d.always || strings.ContainsAny(cell, q+string(d.delimiter)+"\r\n") {
				cells[i] = q + strings.ReplaceAll(cell, q, q+q) + q
			}
		}
		text.WriteString(strings.Join(cells, string(d.delimiter)) + d.lineEnd)
	}
	return text.String()
}

// file returns the records as the bytes of a file.
func (d *drawn) file(t *rapid.T, tb testing.TB, records [][]string) string {
	file := d.text(records)
	switch d.options.Encoding {
	case "":
		if d.mark {
			file = "\ufeff" + file
		}
	case "UTF-16", "UTF-16LE", "UTF-16BE":
		big := d.options.Encoding == "UTF-16BE" || d.options.Encoding == "UTF-16" && rapid.Bool().Draw(t, "big end first")
		if d.mark || d.options.Encoding == "UTF-16" {
			file = "\ufeff" + file
		}
		file = wide(file, big)
	default:
		file = inPage(tb, pages()[d.options.Encoding], file)
	}
	cut := rapid.IntRange(0, len(file)).Draw(t, "second part")
	switch d.options.Compression {
	case "gzip":
		return gzipped(tb, file[:cut], file[cut:])
	case "zstd":
		return zstandard(tb, file[:cut], file[cut:])
	}
	return file
}

func TestRowsComeBackFromAnyFormat(t *testing.T) {
	cell := rapid.StringMatching("[a-zěř]([a-zěř ,;|\t\"'`~\n]{0,9}[a-zšž])?")
	name := rapid.StringMatching(`[a-z]{1,9}`)
	rapid.Check(t, func(rt *rapid.T) {
		d := drawFormat(rt)
		records := [][]string{{"first_name", "login", "company"}}
		for range rapid.IntRange(0, 12).Draw(rt, "rows") {
			records = append(records, []string{cell.Draw(rt, "first"), name.Draw(rt, "login") + "@x.com", cell.Draw(rt, "company")})
		}
		file := d.file(rt, t, records)
		if d.options.Compression == "none" || rapid.Bool().Draw(rt, "compression left out") {
			d.options.Compression = ""
		}
		got := read(rt, file, d.options)
		if got.err != nil || len(got.rows) != len(records)-1 {
			rt.Fatalf("%d rows of %d, error %v", len(got.rows), len(records)-1, got.err)
		}
		line := 2
		if d.sep {
			line++
		}
		for i, record := range records[1:] {
			row := got.rows[i]
			if row.Bad != nil || row.Line != line || string(row.Login) != record[1] || row.Profile[brick.FirstName] != record[0] || row.Profile[brick.Company] != record[2] {
				rt.Fatalf("got %+v, want %q of line %d", row, record, line)
			}
			line += 1 + strings.Count(strings.Join(record, ""), "\n")
		}
	})
}

// A place in a message is one in the file, whatever the file was made of.
func TestPlacesAreThoseOfTheFileInAnyFormat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := drawFormat(rt)
		d.always = false
		got := read(rt, d.file(rt, t, [][]string{{"login", "first_name", "email"}, {"a@x.com", "Jiří", "jiří"}}), func() inputs.Options {
			d.options.Compression = ""
			return d.options
		}())
		line := 2
		if d.sep {
			line++
		}
		if got.err != nil || len(got.rows) != 1 || got.rows[0].Bad == nil || got.rows[0].Line != line || got.rows[0].Bad.Column != 14 {
			rt.Fatalf("rows %+v, error %v; want line %d, column 14", got.rows, got.err, line)
		}
	})
}

// FuzzBytes reads anything in any way: it must end, with rows or with an
// error of kind BadInput.
func FuzzBytes(f *testing.F) {
	for _, seed := range append(realFiles(f),
		twoRows, "\ufeffsep=;\r\nlogin;role\r\na@x.com;admin\r\n", gzipped(f, twoRows), gzipped(f, twoRows[:9], twoRows[9:]), zstandard(f, twoRows),
		zstandard(f, wide("\ufeff"+twoRows, true)), wide("\ufeff"+twoRows, false), wide(twoRows, true)+"\xd8",
		inPage(f, charmap.Windows1250, "login;'jméno'\nb@x.com;'Jiř'''\n"), "login\n\x81\x8d\n", "\x50\x2a\x4d\x18\xff\xff\xff\xff", "login\tx\n\\N\t\n",
		gzipped(f, gzipped(f, twoRows)), "sep=", "sep=\"\n", "\"sep=,\"\n",
	) {
		f.Add(seed, "", "", int32(0), int32(0), int64(0))
		f.Add(seed, "windows-1252", "gzip", int32(-1), int32('\''), int64(1000))
		f.Add(seed, "", "none", int32(-1), int32(','), int64(0))
		f.Add(seed, "utf-16be", "zstd", int32('\t'), int32('~'), int64(1<<20))
	}
	f.Fuzz(func(t *testing.T, file, encoding, compression string, delimiter, quote int32, most int64) {
		o := inputs.Options{Encoding: encoding, Compression: compression, Delimiter: delimiter, Quote: quote, MaxBytes: most, Profile: true}
		got := read(t, file, o)
		if got.err != nil && brick.KindOf(got.err) != brick.BadInput {
			t.Fatalf("error %v is no refusal", got.err)
		}
		if got.err == nil && most > 0 && (got.stats.Bytes > most || got.stats.Plain > most) {
			t.Fatalf("%+v is more than %d bytes", got.stats, most)
		}
		if err := o.Check(); err != nil && got.err == nil {
			t.Fatalf("read in spite of %v", err)
		}
	})
}

// realFiles returns files as they come from people and programs.
func realFiles(t testing.TB) (files []string) {
	paths, err := filepath.Glob("../testdata/users/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no files: %v", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(content))
	}
	return files
}

// FuzzDelimiter finds the delimiter of anything: one that is found gives the
// rows that it gives when it is named.
func FuzzDelimiter(f *testing.F) {
	for _, seed := range []string{
		"login;a,b\nx@y.z;1,2\n", "login\t,a\nx@y.z\t,1\n", "\"login\"|\"a\nb\"\nx@y.z|\"c\n", ";;\n\nlogin;;\n", "login", "a;b,c\n", "sep=|\nlogin|x\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		found := read(t, file, inputs.Options{Delimiter: inputs.AutoDelimiter})
		d := []rune(found.stats.Format.Delimiter)
		if len(d) == 0 {
			refusal(t, found.err)
			return
		}
		named := read(t, file, inputs.Options{Delimiter: d[0]})
		if (found.err == nil) != (named.err == nil) {
			t.Errorf("error %v, but %v when the delimiter is named", found.err, named.err)
		}
		if found.err == nil { // else more may have been read ahead of it
			same(t, "rows", found.rows, named.rows)
		}
	})
}
