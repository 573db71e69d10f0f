package initiatives

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// recording is how residents took part, as it is written.
type recording struct {
	detail
	form *form.State
	rows int // of objections
}

type typedRecord struct {
	ID         string           `form:"id"`
	HeldOn     string           `form:"held_on"`
	How        string           `form:"how"`
	Residents  string           `form:"residents"`
	Said       string           `form:"said"`
	Changed    string           `form:"changed"`
	Objections []typedObjection `form:"objections"`
	More       string           `form:"more"`
}

type typedObjection struct {
	Objection string `form:"objection"`
	Answer    string `form:"answer"`
}

var recordOrder = []string{"held_on", "how", "residents", "said", "changed", "objections"}

// compact removes the rows that nobody wrote in.
func (t *typedRecord) compact() {
	var rows []typedObjection
	for _, o := range t.Objections {
		if !form.Blank(o.Objection, o.Answer) {
			rows = append(rows, o)
		}
	}
	t.Objections = rows
}

func (t typedRecord) form(d detail, blanks int) recording {
	f := form.New(nil).Set("id", t.ID).Set("held_on", t.HeldOn).Set("how", t.How).Set("residents", t.Residents).Set("said", t.Said).Set("changed", t.Changed)
	for n, o := range t.Objections {
		f.Set(initiative.ObjectionField(n, "objection"), o.Objection).Set(initiative.ObjectionField(n, "answer"), o.Answer)
	}
	return recording{d, f, max(len(t.Objections), min(len(t.Objections)+blanks, initiative.MaxObjections))}
}

// input reads the date and the number and joins their mistakes with all others.
func (t typedRecord) input(now time.Time) (initiative.Involvement, error) {
	in := initiative.Involvement{How: initiative.How(t.How), Said: t.Said, Changed: t.Changed}
	in.ID, _ = uuid.Parse(t.ID) // none: it gets one
	in.HeldOn, _ = form.Date(t.HeldOn)
	var f fault.Fields
	if s := strings.TrimSpace(t.Residents); s != "" {
		var err error
		if in.Residents, err = strconv.Atoi(s); err != nil {
			f.Add("residents", "errors.field_number_invalid")
		}
	}
	for _, o := range t.Objections {
		in.Objections = append(in.Objections, initiative.Objection{Objection: o.Objection, Answer: o.Answer})
	}
	return in, form.InOrder(append(f, in.Validate(now)...), recordOrder...).Err()
}

func (r Room) newRecord(_ *route.Request, d detail) (route.Page, error) {
	return route.Show(recordPage(typedRecord{ID: newID()}.form(d, 1))), nil
}

func (r Room) keepRecord(q *route.Request, d detail) (route.Page, error) {
	var typed typedRecord
	_, err := form.Bind(q.Request, &typed)
	if err != nil && len(fault.FieldsOf(err)) == 0 {
		return route.Page{}, err
	}
	typed.compact()
	if typed.More != "" {
		return route.Show(recordPage(typed.form(d, blankRows))), nil
	}
	if err == nil {
		var in initiative.Involvement
		if in, err = typed.input(q.Now()); err == nil {
			err = r.Initiatives.Record(q.Context(), q.Actor, d.ID, in)
		}
	}
	if err == nil {
		return done(d, "flash.initiatives_recorded")
	}
	v := typed.form(d, 1)
	return route.Again(err, v.form, func() templ.Component { return recordPage(v) })
}

func (r Room) unrecord(q *route.Request, d detail) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	err = r.Initiatives.Unrecord(q.Context(), q.Actor, d.ID, id)
	if fault.Is(err, fault.NotFound) {
		return route.SeeOther(d.work()), nil // pressed twice
	}
	if err != nil {
		return r.again(q, err)
	}
	return done(d, "flash.initiatives_unrecorded")
}
