package ui

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/fault"
)

// Form is what a form knows about itself: the values typed so far and what is
// wrong with them. web/form makes them; a nil Form is an empty, faultless one.
type Form interface {
	Value(name string) string
	Values(name string) []string
	Fault(name string) (fault.Field, bool)
	Faults() fault.Fields
}

// Width is how wide a field looks, as a hint at how much is expected in it.
type Width string

// The widths. The zero width fills the column.
const (
	WidthFull  Width = ""
	WidthMonth Width = "w-month" // about ten characters: a date, a phone number
	WidthTiny  Width = "w-tiny"  // about four: a number of people, a time
)

// Field describes one form control. Texts are in the reader's language.
type Field struct {
	Form     Form
	Name     string
	Label    string
	Hint     string // what to write, shown above the control
	Optional bool   // marked "(valgfrit)": use it where most fields are required
	Required bool   // marked "(skal udfyldes)": use it where most are optional

	Type         string // text by default; email, tel, password, search, url
	Autocomplete string // name, email, tel, current-password …
	InputMode    string // numeric, tel, email …
	MaxLength    int    // 0: no limit in the browser
	Rows         int    // of a TextArea; 5 by default
	Width        Width
	Suffix       string // a unit after the control: "personer"
	Lang         string // the language of the value, when it is known to be another

	Attrs templ.Attributes // anything more, such as hx-… attributes
}

// Option is one choice in a Select, RadioGroup or CheckboxGroup.
type Option struct {
	Value string
	Label string
	Hint  string // a sentence about it (not in a Select)
	Note  string // a short fact at the far end: "12 pladser" (not in a Select)
	Lang  string // the label's language, when it is another than the page's
}

// Choice is a control with options.
type Choice struct {
	Field
	Options []Option
	Empty   string // first, empty option of a Select: "Alle bydele"
	Columns bool   // short options side by side where there is room
}

// FieldID is the id of a field's control, which the error summary links to.
func FieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

func (f Field) id() string { return FieldID(f.Name) }

func (f Field) value() string {
	if f.Form == nil {
		return ""
	}
	return f.Form.Value(f.Name)
}

func (f Field) chosen(value string) bool {
	if f.Form == nil {
		return false
	}
	for _, v := range f.Form.Values(f.Name) {
		if v == value {
			return true
		}
	}
	return false
}

// mistake is the reader's text for what is wrong, or "".
func (f Field) mistake(ctx context.Context) string {
	if f.Form == nil {
		return ""
	}
	m, ok := f.Form.Fault(f.Name)
	if !ok {
		return ""
	}
	return T(ctx, m.Key, m.Args...)
}

func (f Field) describedBy(ctx context.Context) string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.mistake(ctx) != "" {
		ids = append(ids, f.id()+"-wrong")
	}
	return strings.Join(ids, " ")
}

// control are the attributes shared by input, textarea and select.
func (f Field) control(ctx context.Context) templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	set := func(key, value string) {
		if value != "" {
			a[key] = value
		}
	}
	set("aria-describedby", f.describedBy(ctx))
	set("autocomplete", f.Autocomplete)
	set("inputmode", f.InputMode)
	set("class", string(f.Width))
	set("lang", f.Lang)
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.Required {
		a["aria-required"] = "true"
	}
	if f.mistake(ctx) != "" {
		a["aria-invalid"] = "true"
	}
	for key, value := range f.Attrs {
		a[key] = value
	}
	return a
}

func (f Field) rows() string {
	if f.Rows > 0 {
		return strconv.Itoa(f.Rows)
	}
	return "5"
}

func (f Field) kind() string {
	if f.Type != "" {
		return f.Type
	}
	return "text"
}

// optionID keeps the first option at the field's own id, so that the error
// summary's link lands on it.
func (c Choice) optionID(i int) string {
	if i == 0 {
		return c.id()
	}
	return c.id() + "-" + strconv.Itoa(i)
}

func (c Choice) optionDescribedBy(i int) string {
	if c.Options[i].Hint == "" && c.Options[i].Note == "" {
		return ""
	}
	return c.optionID(i) + "-hint"
}

// The standard ways of a special field, unless the page has its own.

func (f Field) orHint(hint string) Field {
	if f.Hint == "" {
		f.Hint = hint
	}
	return f
}

func (f Field) orInput(mode string) Field {
	if f.InputMode == "" {
		f.InputMode = mode
	}
	return f
}

func (f Field) orWidth(w Width) Field {
	if f.Width == "" {
		f.Width = w
	}
	return f
}

func (f Field) orMax(n int) Field {
	if f.MaxLength == 0 {
		f.MaxLength = n
	}
	return f
}

func dateHint(ctx context.Context) string {
	return T(ctx, "ui.date_hint", "Example", exampleDate)
}

// exampleDate shows the shape of a date; its day cannot be taken for a month.
const exampleDate = "24.12.2026"

func faultsOf(f Form) fault.Fields {
	if f == nil {
		return nil
	}
	return f.Faults()
}

// generalOf is what went wrong with the form as a whole, for a Form that knows.
func generalOf(f Form) *fault.Error {
	if g, ok := f.(interface{ General() *fault.Error }); ok {
		return g.General()
	}
	return nil
}
