// Package fault is the one vocabulary of what can go wrong.
//
// A fault says what kind of trouble it is and which message explains it to a
// reader; it never holds text for a browser itself. Only internal/pg makes
// faults out of database errors and only web/route turns a kind into a status.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind tells how a failure is to be answered.
type Kind uint8

// The kinds of failure. The zero kind is Internal, so a forgotten kind is
// never mistaken for the reader's mistake.
const (
	Internal    Kind = iota // our mistake: 500
	Invalid                 // the input cannot be used: 422
	NotFound                // no such thing, or not for this actor: 404
	Forbidden               // known, but not allowed: 403
	Conflict                // somebody or something came first: 409
	Gone                    // it was here and is no more: 410
	TooMany                 // tried too often: 429
	TooLarge                // more bytes than we take: 413
	Unavailable             // the database is away for a moment: 503
)

// String names the kind for logs.
func (k Kind) String() string {
	names := [...]string{"internal", "invalid", "not_found", "forbidden", "conflict", "gone", "too_many", "too_large", "unavailable"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Field is one mistake in one form field. Key is a message key and Args are
// its name/value pairs.
type Field struct {
	Name string
	Key  string
	Args []any
}

// Fields are the mistakes in a form, in the order the form shows its fields.
type Fields []Field

// Add notes a mistake. Only the first mistake of a field is kept: one thing to
// mend at a time.
func (f *Fields) Add(name, key string, args ...any) {
	if !f.Has(name) {
		*f = append(*f, Field{Name: name, Key: key, Args: args})
	}
}

// Has tells whether the named field has a mistake.
func (f Fields) Has(name string) bool {
	_, ok := f.Get(name)
	return ok
}

// Get returns the mistake of the named field.
func (f Fields) Get(name string) (Field, bool) {
	for _, field := range f {
		if field.Name == name {
			return field, true
		}
	}
	return Field{}, false
}

// Err returns nil when there is no mistake, otherwise an Invalid fault that
// carries them all.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "errors.invalid_title", Fields: f}
}

// Error is a failure that knows how it is to be answered.
type Error struct {
	Kind   Kind
	Key    string // message key shown to the reader; empty: the kind's own page text
	Args   []any  // name/value pairs for the message
	Fields Fields // mistakes by field, for Invalid and Conflict
	Err    error  // the cause, for the log only
}

// New makes a fault. The key may be empty, then the kind's own text is shown.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrap makes a fault around a cause, which reaches the log and never a reader.
func Wrap(kind Kind, key string, err error) *Error {
	return &Error{Kind: kind, Key: key, Err: err}
}

// InField makes a fault of the given kind that is shown at one form field.
func InField(kind Kind, name, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Fields: Fields{{Name: name, Key: key, Args: args}}}
}

// Error describes the fault for logs.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Key != "" {
		s += " " + e.Key
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf(" %s=%s", f.Name, f.Key)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf tells the kind of any error; one that is no fault is Internal, and a
// deadline that passed is Unavailable.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is tells whether err is a fault of the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// FieldsOf returns the mistakes by field that err carries, if any.
func FieldsOf(err error) Fields {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
