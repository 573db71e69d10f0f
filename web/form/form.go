// Package form takes what a browser sends: reads it within limits, decodes it
// into a struct, and keeps what was typed so that nothing is lost when it has
// to be shown again with its mistakes.
package form

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/form/v4"

	"mellemrum/internal/fault"
)

// State is a form as it stands: values and mistakes.
type State struct {
	values  url.Values
	faults  fault.Fields
	general *fault.Error
}

// New is a form with starting values: nil for an empty one.
func New(values url.Values) *State {
	if values == nil {
		values = url.Values{}
	}
	return &State{values: values}
}

// Set gives a field its starting values and returns the form.
func (s *State) Set(name string, values ...string) *State {
	s.values[name] = values
	return s
}

// Value is the field's first value.
func (s *State) Value(name string) string { return s.values.Get(name) }

// Values are all of the field's values.
func (s *State) Values(name string) []string { return s.values[name] }

// Fault is the field's mistake.
func (s *State) Fault(name string) (fault.Field, bool) { return s.faults.Get(name) }

// Faults are all mistakes in the order of the form.
func (s *State) Faults() fault.Fields { return s.faults }

// General is what went wrong with the form as a whole; nil for nothing.
func (s *State) General() *fault.Error { return s.general }

// Fail puts the mistakes that err tells of into the form. It reports whether
// the form can be shown again: a mistake in the form or something that
// somebody else changed meanwhile, not a failure of ours.
func (s *State) Fail(err error) bool {
	var f *fault.Error
	if !errors.As(err, &f) || (f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.TooMany) {
		return false
	}
	s.faults = f.Fields
	if len(f.Fields) == 0 {
		s.general = f
	}
	return true
}

var decoder = func() *form.Decoder {
	d := form.NewDecoder()
	d.SetTagName("form")
	d.SetMode(form.ModeExplicit)
	d.SetMaxArraySize(200)
	return d
}()

// Bind reads the request's body into dst, a pointer to a struct whose fields
// carry form tags. The State keeps what was typed also when Bind fails. It
// fails with TooLarge, or Invalid with the fields that cannot be read.
func Bind(r *http.Request, dst any) (*State, error) {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return New(nil), fault.Wrap(fault.TooLarge, "", err)
		}
		return New(nil), fault.Wrap(fault.Invalid, "", err)
	}
	return decode(r.PostForm, dst)
}

func decode(values url.Values, dst any) (*State, error) {
	state := New(values)
	var bad fault.Fields
	for name, list := range values {
		for i, v := range list {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				list[i] = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD")
				bad.Add(name, "errors.field_bad_text")
			}
		}
	}
	if err := decoder.Decode(dst, values); err != nil {
		var wrong form.DecodeErrors
		if !errors.As(err, &wrong) {
			return state, err
		}
		for name := range wrong {
			bad.Add(name, "errors.field_number_invalid")
		}
	}
	return state, bad.Err()
}
