package gooddatatest

import (
	"encoding/json"
	"reflect"
	"time"
)

// scalar reads a text, a number, a duration, true or false.
func (r *reader) scalar(v reflect.Value, token json.Token) error {
	set := false
	switch have := token.(type) {
	case string:
		set = setText(v, have)
	case bool:
		if set = v.Kind() == reflect.Bool; set {
			v.SetBool(have)
		}
	case float64:
		set = setNumber(v, have)
	}
	if !set {
		return r.expected(wordFor(v))
	}
	return nil
}

var durationType = reflect.TypeFor[time.Duration]()

func setText(v reflect.Value, have string) bool {
	if v.Type() == durationType {
		d, err := time.ParseDuration(have)
		v.SetInt(int64(d))
		return err == nil && d >= 0
	}
	if v.Kind() != reflect.String {
		return false
	}
	v.SetString(have)
	return true
}

func setNumber(v reflect.Value, have float64) bool {
	whole := have < 1<<52 && have == float64(int64(have))
	switch {
	case have < 0 || v.Type() == durationType:
		return false
	case v.Kind() == reflect.Float64:
		v.SetFloat(have)
	case v.Kind() == reflect.Int && whole:
		v.SetInt(int64(have))
	case v.Kind() == reflect.Uint64 && whole:
		v.SetUint(uint64(have))
	default:
		return false
	}
	return true
}

// wordFor says what a value must be.
func wordFor(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return `a duration such as "20ms"`
	case v.Kind() == reflect.String:
		return "a text"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number"
}
