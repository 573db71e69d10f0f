package mailview

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/text"
)

// facts reads what a letter is written from. It has been through JSON. The
// first fact that is missing or makes no sense stays as the error: a letter
// with holes in it is not sent.
type facts struct {
	values map[string]any
	err    error
}

func (f *facts) wrong(name string) {
	if f.err == nil {
		f.err = fmt.Errorf("fact %q is missing or wrong", name)
	}
}

func (f *facts) text(name string) string {
	s, ok := f.values[name].(string)
	if s = strings.TrimSpace(s); !ok || s == "" {
		f.wrong(name)
	}
	return s
}

// maybe is a text that may be left out.
func (f *facts) maybe(name string) string {
	s, _ := f.values[name].(string)
	return strings.TrimSpace(s)
}

func (f *facts) line(name string) string { return plain(f.text(name)) }

// number is a whole number from least.
func (f *facts) number(name string, least float64) int {
	n, ok := f.values[name].(float64)
	if !ok || n != math.Trunc(n) || n < least || n > math.MaxInt32 {
		f.wrong(name)
		return 0
	}
	return int(n)
}

func (f *facts) id(name string) uuid.UUID {
	id, err := uuid.Parse(f.text(name))
	if err != nil {
		f.wrong(name)
	}
	return id
}

func (f *facts) kind() cafe.Kind {
	kind := cafe.Kind(f.line("kind"))
	if !kind.Known() {
		f.wrong("kind")
	}
	return kind
}

// language is the code of one, or empty.
func (f *facts) language(name string) string {
	code, ok := f.values[name].(string)
	if !ok || code != "" && !text.IsLanguage(code) {
		f.wrong(name)
	}
	return code
}

func (f *facts) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, f.text(name))
	if err != nil {
		f.wrong(name)
	}
	return t
}
