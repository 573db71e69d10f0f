package doorlist

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// rowsAtATime is how many rows a page has to begin with, and how many a press
// adds where no script does.
const rowsAtATime = 10

// paperForm is what is typed off a list on paper.
type paperForm struct {
	Press   string `form:"press"`
	Mode    string `form:"mode"`
	More    bool   `form:"more"`
	Place   string `form:"place"`
	Consent bool   `form:"consent"`
	Rows    []struct {
		Name     string `form:"name"`
		People   int    `form:"people"`
		Phone    string `form:"phone"`
		Language string `form:"language"`
	} `form:"rows"`
}

const (
	modeSignUp = "tilmeld" // each row is signed up
	modeCame   = "kom"     // the café has begun: each row is somebody who came
)

// paper is the page it is typed on.
type paper struct {
	desk
	rows    int
	written *cafe.Written // what came of the list that was just sent; nil: none was
	sent    string        // that list's page
}

func (v paper) mode() string {
	if v.coming {
		return modeSignUp
	}
	return modeCame
}

// paperList shows empty rows, or what came of those that were just sent.
func (d Door) paperList(q *route.Request) (route.Page, error) {
	v, err := d.desk(q, form.New(nil).Set("press", newPress()))
	if err != nil {
		return route.Page{}, err
	}
	p := paper{desk: v, rows: rowsAtATime}
	if sent, err := uuid.Parse(q.URL.Query().Get("skrevet")); err == nil {
		w, err := d.Cafes.WrittenList(q.Context(), q.Actor, v.Slug, v.OnDate, sent)
		if err != nil {
			return route.Page{}, err
		}
		if w.Rows+len(w.SignUps) > 0 {
			p.written, p.sent = &w, sent.String()
		}
	}
	return route.Show(paperPage(p)), nil
}

func (d Door) writeList(q *route.Request) (route.Page, error) {
	var in paperForm
	state, err := form.Bind(q.Request, &in)
	v, deskErr := d.desk(q, state)
	if deskErr != nil {
		return route.Page{}, deskErr
	}
	p := paper{desk: v, rows: min(max(len(in.Rows), rowsAtATime), cafe.MaxRows)}
	page := func() templ.Component { return paperPage(p) }
	if in.More {
		p.rows = min(p.rows+rowsAtATime, cafe.MaxRows)
		return route.Show(page()), nil
	}
	if err == nil {
		_, err = d.Cafes.WritePaperList(q.Context(), q.Actor, v.Slug, v.OnDate, press(in.Press), in.list(state, q.Locale.Code))
	}
	if err != nil {
		return route.Again(err, state, page)
	}
	return route.SeeOther(v.path() + "/" + stepList + "?skrevet=" + press(in.Press).String()), nil
}

// list is what was typed. A row without a number of people is one person.
func (in paperForm) list(state *form.State, locale string) cafe.PaperList {
	l := cafe.PaperList{Place: in.Place, Came: in.Mode == modeCame, Consent: in.Consent, Locale: locale, Rows: make([]cafe.PaperRow, len(in.Rows))}
	for i, r := range in.Rows {
		l.Rows[i] = cafe.PaperRow{Name: r.Name, People: r.People, Phone: r.Phone, Language: r.Language}
		if state.Value(rowName(i, "people")) == "" {
			l.Rows[i].People = 1
		}
	}
	return l
}

// rowName is the name of a row's field.
func rowName(i int, field string) string { return "rows[" + strconv.Itoa(i) + "]." + field }

// summary is the form as the summary of its mistakes reads it: each says which
// row it is in.
type summary struct {
	*form.State
	ctx context.Context //nolint:containedctx // a view's, for as long as the page is written
}

// Faults are all mistakes, with their rows.
func (s summary) Faults() fault.Fields {
	var faults fault.Fields
	for _, f := range s.State.Faults() {
		if row, ok := rowOf(f.Name); ok {
			f = fault.Field{Name: f.Name, Key: "desk.in_row", Args: []any{"Row", row + 1, "What", ui.T(s.ctx, f.Key, f.Args...)}}
		}
		faults = append(faults, f)
	}
	return faults
}

// rowOf is the row of a field's name.
func rowOf(name string) (int, bool) {
	rest, ok := strings.CutPrefix(name, "rows[")
	number, _, closed := strings.Cut(rest, "]")
	row, err := strconv.Atoi(number)
	return row, ok && closed && err == nil
}

// rowLanguage is the language chosen in a row; Danish until one is.
func rowLanguage(v paper, i int) string {
	if code := v.form.Value(rowName(i, "language")); code != "" {
		return code
	}
	return "da"
}

// rowPeople is the number of people in a row; one until somebody says more.
func rowPeople(v paper, i int) string {
	if _, typed := v.form.Fault(rowName(i, "people")); typed || v.form.Value(rowName(i, "people")) != "" {
		return v.form.Value(rowName(i, "people"))
	}
	return "1"
}

// cellAttrs are those of a row's field: it is named by its column and its row,
// and points at its mistake.
func cellAttrs(v paper, i int, field string, more templ.Attributes) templ.Attributes {
	id := ui.FieldID(rowName(i, field))
	a := templ.Attributes{"id": id, "name": rowName(i, field), "aria-labelledby": "col-" + field + " row-" + strconv.Itoa(i), "autocomplete": "off"}
	if _, wrong := v.form.Fault(rowName(i, field)); wrong {
		a["aria-invalid"] = "true"
		a["aria-describedby"] = id + "-wrong"
	}
	maps.Copy(a, more)
	return a
}
