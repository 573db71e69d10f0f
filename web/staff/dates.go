package staff

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// plan is the form that dates are made out with, and below it, once it was
// asked for, the dates. Nothing is saved before they have been seen.
type plan struct {
	cafe.Editable
	form    *form.State
	preview []plannedDate
	shown   bool
}

func (v plan) path() string { return cafesPath + "/" + v.Slug + "/datoer" }

// plannedDate is a date that may be made out.
type plannedDate struct {
	cafe.PlannedDate
	there     bool // the café has it already
	cancelled bool
	begun     bool // too late for today
	chosen    bool
}

// The two buttons of the form.
const (
	stepShow = "vis"
	stepSave = "gem"
)

func (r Room) planDates(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(planPage(plan{Editable: e, form: form.New(nil).Set("repeat", string(cafe.Weekly))})), nil
}

// typedDates is the form as it is sent.
type typedDates struct {
	Repeat string   `form:"repeat"`
	From   string   `form:"from"`
	Until  string   `form:"until"`
	Picked string   `form:"picked"`
	Dates  []string `form:"dates"`
	Step   string   `form:"step"`
}

func (t typedDates) plan() (cafe.Plan, error) {
	p := cafe.Plan{Repeat: cafe.Repeat(t.Repeat)}
	p.From, _ = readDate(t.From) // one that cannot be read is refused as none
	p.Until, _ = readDate(t.Until)
	if p.Repeat != cafe.Picked {
		return p, nil
	}
	for _, typed := range strings.FieldsFunc(t.Picked, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' }) {
		if blank(typed) {
			continue
		}
		d, ok := readDate(typed)
		if !ok {
			return p, fault.InField(fault.Invalid, "picked", "staff.picked_invalid", "Line", strings.TrimSpace(typed))
		}
		p.Picked = append(p.Picked, d)
	}
	return p, nil
}

func (r Room) addDates(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	var typed typedDates
	state, err := form.Bind(q.Request, &typed)
	v := plan{Editable: e, form: state}
	if err == nil && typed.Step == stepSave {
		var added int
		if added, err = r.saveDates(q, e, typed.Dates); err == nil {
			said := "flash.staff_dates_added"
			if added == 0 {
				said = "flash.staff_dates_none"
			}
			return route.SeeOther(cafesPath + "/" + e.Slug).Saying(said), nil
		}
	}
	if err == nil || fault.FieldsOf(err).Has("dates") {
		if wrong := r.preview(q, &v, typed); wrong != nil {
			err = wrong
		}
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return planPage(v) })
	}
	return route.Show(planPage(v)), nil
}

func (r Room) saveDates(q *route.Request, e cafe.Editable, typed []string) (int, error) {
	var dates []time.Time
	for _, s := range typed {
		d, ok := cafe.ParseDate(s)
		if !ok {
			return 0, fault.InField(fault.Invalid, "dates", "errors.field_date_invalid")
		}
		dates = append(dates, d)
	}
	if len(dates) == 0 {
		return 0, fault.InField(fault.Invalid, "dates", "staff.dates_none_chosen")
	}
	return r.Cafes.AddDates(q.Context(), q.Actor, e.ID, dates)
}

// preview makes out the dates and marks what speaks against each. Holidays and
// what is there already are not chosen from the start.
func (r Room) preview(q *route.Request, v *plan, typed typedDates) error {
	p, err := typed.plan()
	if err != nil {
		return err
	}
	if p.Repeat == cafe.Again {
		if p.Season, err = r.Cafes.LastSeason(q.Context(), v.ID); err != nil {
			return err
		}
	}
	dates, err := p.Dates(i18n.Day(q.Now()))
	if err != nil {
		return err
	}
	existing, _, err := r.Cafes.ForStaff(q.Context(), q.Actor, cafe.Filter{Cafe: v.Slug, From: dates[0].Date,
		Until: dates[len(dates)-1].Date, Limit: mostPast})
	if err != nil {
		return err
	}
	v.shown = true
	for _, d := range dates {
		one := plannedDate{PlannedDate: d}
		if i := slices.IndexFunc(existing, func(l cafe.Listing) bool { return l.OnDate.Equal(d.Date) }); i >= 0 {
			one.there, one.cancelled = true, existing[i].CancelledAt != nil
		}
		starts, ok := cafe.At(d.Date, v.Starts)
		one.begun = ok && !starts.After(q.Now())
		one.chosen = !one.there && !one.begun && d.Holiday == ""
		if typed.Step == stepSave {
			one.chosen = slices.Contains(typed.Dates, d.Date.Format(cafe.DateFormat))
		}
		v.preview = append(v.preview, one)
	}
	return nil
}
