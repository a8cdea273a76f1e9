package inputs_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"users-brick/brick"
	"users-brick/inputs"
)

// wide returns a text in UTF-16; without a mark unless the text has one.
func wide(text string, bigEndian bool) string {
	var file strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		low, high := byte(unit), byte(unit>>8)
		if bigEndian {
			low, high = high, low
		}
		file.Write([]byte{low, high})
	}
	return file.String()
}

// inPage returns a text in a code page.
func inPage(t testing.TB, page *charmap.Charmap, text string) string {
	t.Helper()
	file, err := page.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEncodingIsFoundByItsNameOrItsMark(t *testing.T) {
	const text = "login,first_name\r\na@x.com,Zoë\r\n"
	cyrillic := strings.ReplaceAll(text, "Zoë", "Зоя")
	for name, tt := range map[string]struct{ file, param, first, found string }{
		"no name, no mark":               {text, "", "Zoë", "UTF-8"},
		"no name, a mark":                {"\ufeff" + text, "", "Zoë", "UTF-8"},
		"UTF-8 by name":                  {"\ufeff" + text, "utf_8", "Zoë", "UTF-8"},
		"UTF-16, little end first":       {wide("\ufeff"+text, false), "", "Zoë", "UTF-16LE"},
		"UTF-16, big end first":          {wide("\ufeff"+text, true), "UTF8", "Zoë", "UTF-16BE"},
		"UTF-16 by name":                 {wide("\ufeff"+text, true), "utf 16", "Zoë", "UTF-16BE"},
		"UTF-16LE by name, a mark":       {wide("\ufeff"+text, false), "utf-16-le", "Zoë", "UTF-16LE"},
		"UTF-16BE by name, no mark":      {wide(text, true), "UTF-16BE", "Zoë", "UTF-16BE"},
		"beyond the first plane":         {wide("\ufefflogin,first_name\na@x.com,😀ë\n", true), "", "😀ë", "UTF-16BE"},
		"windows-1252":                   {inPage(t, charmap.Windows1252, text), "Windows-1252", "Zoë", "windows-1252"},
		"cp1252":                         {inPage(t, charmap.Windows1252, text), "cp1252", "Zoë", "windows-1252"},
		"CP-1252":                        {inPage(t, charmap.Windows1252, text), "CP-1252", "Zoë", "windows-1252"},
		"x-cp1252":                       {inPage(t, charmap.Windows1252, text), "x-cp1252", "Zoë", "windows-1252"},
		"win1251":                        {inPage(t, charmap.Windows1251, cyrillic), "win1251", "Зоя", "windows-1251"},
		"1251":                           {inPage(t, charmap.Windows1251, cyrillic), "1251", "Зоя", "windows-1251"},
		"latin1":                         {inPage(t, charmap.ISO8859_1, text), "latin1", "Zoë", "ISO-8859-1"},
		"Latin-9":                        {inPage(t, charmap.ISO8859_15, strings.ReplaceAll(text, "Zoë", "Zo€")), "Latin-9", "Zo€", "ISO-8859-15"},
		"latin 5":                        {inPage(t, charmap.ISO8859_9, strings.ReplaceAll(text, "Zoë", "Işık")), "latin 5", "Işık", "ISO-8859-9"},
		"iso8859_5":                      {inPage(t, charmap.ISO8859_5, cyrillic), "iso8859_5", "Зоя", "ISO-8859-5"},
		"8859-16":                        {inPage(t, charmap.ISO8859_16, strings.ReplaceAll(text, "Zoë", "Ștefan")), "8859-16", "Ștefan", "ISO-8859-16"},
		"nothing but ASCII, in a page":   {strings.ReplaceAll(text, "ë", "e"), "windows-1250", "Zoe", "windows-1250"},
		"compressed, and in a code page": {gzipped(t, inPage(t, charmap.Windows1250, strings.ReplaceAll(text, "Zoë", "Jiří"))), "windows-1250", "Jiří", "windows-1250"},
		"compressed, and in UTF-16":      {zstandard(t, wide("\ufeff"+text, false)), "", "Zoë", "UTF-16LE"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, inputs.Options{Encoding: tt.param})
			if got.err != nil || len(got.rows) != 1 || len(got.warnings) != 0 {
				t.Fatalf("rows %+v, warnings %v, error %v", got.rows, got.warnings, got.err)
			}
			same(t, "first name", got.rows[0].Profile[brick.FirstName], tt.first)
			same(t, "encoding", got.stats.Format.Encoding, tt.found)
		})
	}
}

// pages are all code pages that can be named, with what defines them.
func pages() map[string]*charmap.Charmap {
	return map[string]*charmap.Charmap{
		"windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "windows-1252": charmap.Windows1252,
		"windows-1253": charmap.Windows1253, "windows-1254": charmap.Windows1254, "windows-1255": charmap.Windows1255,
		"windows-1256": charmap.Windows1256, "windows-1257": charmap.Windows1257, "windows-1258": charmap.Windows1258,
		"ISO-8859-1": charmap.ISO8859_1, "ISO-8859-2": charmap.ISO8859_2, "ISO-8859-3": charmap.ISO8859_3,
		"ISO-8859-4": charmap.ISO8859_4, "ISO-8859-5": charmap.ISO8859_5, "ISO-8859-6": charmap.ISO8859_6,
		"ISO-8859-7": charmap.ISO8859_7, "ISO-8859-8": charmap.ISO8859_8, "ISO-8859-9": charmap.ISO8859_9,
		"ISO-8859-10": charmap.ISO8859_10, "ISO-8859-13": charmap.ISO8859_13, "ISO-8859-14": charmap.ISO8859_14,
		"ISO-8859-15": charmap.ISO8859_15, "ISO-8859-16": charmap.ISO8859_16,
	}
}

func TestEveryByteOfACodePageIsReadOrRefused(t *testing.T) {
	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			for b := 0x80; b <= 0xff; b++ {
				want := page.DecodeByte(byte(b))
				got := read(t, "login,company\nb@x.com,B\na@x.com,x"+string([]byte{byte(b)})+"x\n", inputs.Options{Encoding: name})
				if want == utf8.RuneError || unicode.IsControl(want) {
					e := refusal(t, got.err)
					if e.Line != 3 || e.Column != 10 || !strings.Contains(e.Error(), fmt.Sprintf("0x%02x is no character of %s", b, name)) || e.Hint == "" {
						t.Errorf("byte %#x: error %v", b, e)
					}
				} else if got.err != nil || got.rows[1].Profile[brick.Company] != "x"+string(want)+"x" {
					t.Errorf("byte %#x: rows %+v, error %v; want %c", b, got.rows, got.err, want)
				}
			}
		})
	}
}

func TestBytesThatAreNoTextSayWhereAndWhatToDo(t *testing.T) {
	const header = "login,first_name\na@x.com,Zoe\n"
	for name, tt := range map[string]struct {
		file, param  string
		line, column int
		text, hint   string
	}{
		"windows-1252 said to be latin1":   {header + "\x93b\x94@x.com\n", "latin1", 3, 1, "byte 0x93", "looks like windows-1252, where the byte is “"},
		"windows-1250 said to be Latin-2":  {header + "b@x.com,\x8akoda\n", "iso-8859-2", 3, 9, "byte 0x8a", "looks like windows-1250, where the byte is Š"},
		"UTF-8 said to be windows-1252":    {header + "b@x.com,Ří\u010d\n", "windows-1252", 3, 14, "byte 0x8d", "looks like UTF-8"},
		"half a character of UTF-16":       {wide("\ufeff"+header+"b@x.com,ab", false) + "\x3d\xd8x\x00", "", 3, 11, "0xd83d is half a character", "UTF-8"},
		"the other half alone":             {wide("\ufeff"+header, true) + "\xdc\x00\x00x", "", 3, 1, "0xdc00 is half a character", "UTF-8"},
		"two first halves":                 {wide("\ufeff"+header, true) + "\xd8\x00\xd8\x00", "", 3, 1, "0xd800 is half a character", "UTF-8"},
		"UTF-16 of an odd length":          {wide("\ufeff"+header, false) + "b", "", 3, 1, "in the middle of a character", "again"},
		"UTF-16 ends behind a first half":  {wide("\ufeff"+header, false) + "\x3d\xd8", "", 3, 1, "in the middle of a character", "again"},
		"a NUL in UTF-16":                  {wide("\ufeff"+header+"b\x00", true), "", 3, 2, "NUL", "drop it"},
		"UTF-16 by name, little, no mark":  {wide(header, false), "UTF-16", 1, 1, "no mark", "UTF-16LE"},
		"UTF-16 by name, big, no mark":     {wide(header, true), "UTF-16", 1, 1, "no mark", "UTF-16BE"},
		"UTF-16 by name, and UTF-8":        {"\ufeff" + header, "UTF-16", 1, 1, "mark of UTF-8, but `encoding` is UTF-16", "leave `encoding` out"},
		"UTF-16BE by name, the other mark": {wide("\ufeff"+header, false), "UTF-16BE", 1, 1, "mark of UTF-16LE, but `encoding` is UTF-16BE", "leave `encoding` out"},
		"windows-1252 by name, and UTF-8":  {"\ufeff" + header, "windows-1252", 1, 1, "mark of UTF-8, but `encoding` is windows-1252", "leave `encoding` out"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusal(t, read(t, tt.file, inputs.Options{Encoding: tt.param}).err)
			if e.Line != tt.line || e.Column != tt.column || !strings.Contains(e.Err.Error(), tt.text) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %v\nwant line %d, column %d, %q and %q", e, tt.line, tt.column, tt.text, tt.hint)
			}
		})
	}
}

func TestOptionsThatNoFileCanBeReadWithAreRefusedBeforeItIsTouched(t *testing.T) {
	for name, tt := range map[string]struct {
		options inputs.Options
		hint    string
	}{
		"unknown encoding":            {inputs.Options{Encoding: "EBCDIC"}, "windows-1250"},
		"a part of ISO 8859 too many": {inputs.Options{Encoding: "ISO-8859-12"}, "ISO-8859-10"},
		"nothing but marks":           {inputs.Options{Encoding: " -_"}, "windows-1250"},
		"nothing but an x":            {inputs.Options{Encoding: "x-"}, "windows-1250"},
		"unknown compression":         {inputs.Options{Compression: "rar"}, "gzip"},
		"quote beyond ASCII":          {inputs.Options{Quote: '“'}, "quote"},
		"quote that is a letter":      {inputs.Options{Quote: 'x'}, "quote"},
		"quote that is a line feed":   {inputs.Options{Quote: '\n'}, "quote"},
		"delimiter that is the quote": {inputs.Options{Quote: '|', Delimiter: '|'}, "delimiter"},
		"quote that is the comma":     {inputs.Options{Quote: ','}, "delimiter"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tt.options.Check(); brick.KindOf(err) != brick.BadInput {
				t.Errorf("error %v", err)
			}
			got := read(t, "login\n", tt.options)
			if e := refusal(t, got.err); !strings.Contains(e.Hint, tt.hint) || e.Line != 0 || got.stats.Bytes != 0 {
				t.Errorf("error %v, %d bytes read", e, got.stats.Bytes)
			}
		})
	}
	for _, none := range []string{"", " \t"} {
		if err := (&inputs.Options{Encoding: none}).Check(); err != nil {
			t.Errorf("%q: %v", none, err)
		}
	}
}

func TestFileThatReadsAsUTF8InACodePageIsWarnedOf(t *testing.T) {
	for name, tt := range map[string]struct {
		names    string
		warnings int
	}{
		"UTF-8":                    {"Zoë,Müller,Ñandú", 1},
		"windows-1252":             {inPage(t, charmap.Windows1252, "Zoë,Müller,Ñandú"), 0},
		"nothing but ASCII":        {"Zoe,Mueller,Nandu", 0},
		"UTF-8, but for one":       {"Zoë,Müller,Ñandú\xfc", 0},
		"two characters by chance": {"Zoë,Müller,Nandu", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, "login,first_name,last_name,company\na@x.com,"+tt.names+"\n", inputs.Options{Encoding: "windows-1252"})
			if got.err != nil || len(got.warnings) != tt.warnings {
				t.Errorf("warnings %v, error %v", got.warnings, got.err)
			}
		})
	}
}

func TestNULBytesOfADatabaseAreToldFromUTF16(t *testing.T) {
	for file, hint := range map[string]string{
		"login,role\na@x.com,\x00\n": "drop it; a database", "login\x00,role\n": "drop it; a database", "l\x00o\x00": "UTF-16LE", "\x00l\x00o": "UTF-16BE",
	} {
		if e := refusal(t, read(t, file, inputs.Options{}).err); !strings.Contains(e.Error(), "NUL byte") || !strings.Contains(e.Hint, hint) {
			t.Errorf("%q: error %v, want the hint %q", file, e, hint)
		}
	}
}
