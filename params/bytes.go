package params

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"users-brick/brick"
)

// Bytes is a number of bytes, written as 1048576, 1MiB or 1MB.
type Bytes int64

// unit is a suffix of a number of bytes; the longest come first.
type unit struct {
	suffix string
	bytes  float64
}

func units() []unit {
	return []unit{
		{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
		{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"b", 1},
	}
}

// UnmarshalText reads a number of bytes of at least one.
func (b *Bytes) UnmarshalText(text []byte) error {
	n, err := parseBytes(string(text))
	*b = Bytes(n)
	return err
}

// String returns the number with the largest unit that keeps it whole.
func (b Bytes) String() string {
	for _, u := range []struct {
		name  string
		bytes Bytes
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if b != 0 && b%u.bytes == 0 {
			return fmt.Sprintf("%d%s", b/u.bytes, u.name)
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

func parseBytes(text string) (int64, error) {
	number, factor := brick.Fold(text), 1.0
	for _, u := range units() {
		if cut, found := strings.CutSuffix(number, u.suffix); found {
			number, factor = strings.TrimSpace(cut), u.bytes
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v*factor >= 1 && v*factor < math.MaxInt64) {
		return 0, fmt.Errorf("not a number of bytes such as 64MiB")
	}
	return int64(v * factor), nil
}
