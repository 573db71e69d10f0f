package mailview

import (
	"fmt"
	"math"
	"strings"
	"time"
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

func (f *facts) line(name string) string { return plain(f.text(name)) }

func (f *facts) number(name string) int {
	n, ok := f.values[name].(float64)
	if !ok || n != math.Trunc(n) || n < 1 || n > math.MaxInt32 {
		f.wrong(name)
		return 0
	}
	return int(n)
}

func (f *facts) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, f.text(name))
	if err != nil {
		f.wrong(name)
	}
	return t
}
