package form

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
)

// TypedDate is how a date stands in a form's field.
const TypedDate = "02.01.2006"

// Date takes a date as people write it, or as addresses do.
func Date(s string) (time.Time, bool) {
	for _, layout := range []string{"2.1.2006", "2/1/2006", "2-1-2006", time.DateOnly} {
		if d, err := time.Parse(layout, strings.TrimSpace(s)); err == nil && d.Year() > 1800 && d.Year() < 3000 {
			return d, true
		}
	}
	return time.Time{}, false
}

// Clock takes a time as people write it, 16.30 or kl. 16, and makes it 16:30.
// One that cannot be read stays as it is, for the rules to refuse.
func Clock(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "kl."))
	s = strings.ReplaceAll(strings.TrimPrefix(s, "kl "), ".", ":")
	for _, layout := range []string{"15:04", "1504", "15"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("15:04")
		}
	}
	return s
}

// At is a time of the day, as people write it, on a date.
func At(date time.Time, clock string) (time.Time, bool) {
	t, err := time.Parse("15:04", Clock(clock))
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(date.Year(), date.Month(), date.Day(), t.Hour(), t.Minute(), 0, 0, i18n.Zone), true
}

// Moment is a moment as a form carries it; one that cannot be read is none, and
// so nobody's latest.
func Moment(s string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

// IDs reads what a list of choices sent. One that is none is kept as an unknown
// id, so that the service refuses it.
func IDs(values []string) []uuid.UUID {
	list := make([]uuid.UUID, len(values))
	for i, v := range values {
		list[i], _ = uuid.Parse(v)
	}
	return list
}

// Strings are ids as a form carries them.
func Strings(list []uuid.UUID) []string {
	values := make([]string, len(list))
	for i, id := range list {
		values[i] = id.String()
	}
	return values
}

// InOrder sorts mistakes as the form shows its fields and keeps the first of
// each field. Names with rows in them stand under the name before the bracket.
func InOrder(f fault.Fields, fields ...string) fault.Fields {
	place := func(name string) int {
		head, _, _ := strings.Cut(name, "[")
		for i, field := range fields {
			if field == head {
				return i
			}
		}
		return len(fields)
	}
	var sorted fault.Fields
	for i := 0; i <= len(fields); i++ {
		for _, one := range f {
			if place(one.Name) == i {
				sorted.Add(one.Name, one.Key, one.Args...)
			}
		}
	}
	return sorted
}

// Blank tells whether nobody wrote anything in any of the fields.
func Blank(values ...string) bool { return strings.TrimSpace(strings.Join(values, "")) == "" }
