package staff

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// The last part of the addresses that change one date.
const (
	lastMove   = "/flyt"
	lastTimes  = "/tilmeldingstid"
	lastDelete = "/slet"
)

func (r Room) mountDate(m *route.Mux) {
	at := cafesPath + "/{slug}/{date}"
	m.Get(authz.Staff, at+lastMove, r.editDate)
	m.Post(authz.Staff, at+lastMove, r.moveDate)
	m.Get(authz.Staff, at+lastTimes, toMove)
	m.Post(authz.Staff, at+lastTimes, r.saveTimes)
	m.Get(authz.Staff, at+lastDelete, toMove)
	m.Post(authz.Staff, at+lastDelete, r.deleteDate)
}

// toMove leads those who reload an action's address to its page.
func toMove(q *route.Request) (route.Page, error) {
	return route.SeeOther(datePath(q) + lastMove), nil
}

func datePath(q *route.Request) string {
	return cafesPath + "/" + q.Param("slug") + "/" + q.Param("date")
}

// dateEdit is one date with the forms that change it.
type dateEdit struct {
	cafe.Guestlist
	path   string
	people int // signed up and waiting
	unmail int // parties of them without a mail address
	form   *form.State
	step   string // whose form it is; empty: none's
}

func (v dateEdit) formOf(step string, fresh *form.State) *form.State {
	if v.step == step {
		return v.form
	}
	return fresh
}

func (r Room) readDatePage(q *route.Request, state *form.State, step string) (dateEdit, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok || !text.IsSlug(q.Param("slug")) {
		return dateEdit{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	g, err := r.Cafes.Guestlist(q.Context(), q.Actor, q.Param("slug"), date)
	if err != nil {
		return dateEdit{}, err
	}
	v := dateEdit{Guestlist: g, path: datePath(q), form: state, step: step}
	for _, l := range g.Lines {
		if l.Status == cafe.Cancelled {
			continue
		}
		v.people += l.Party
		if l.Email == "" {
			v.unmail++
		}
	}
	return v, nil
}

func (r Room) editDate(q *route.Request) (route.Page, error) {
	v, err := r.readDatePage(q, form.New(nil), "")
	if err != nil {
		return r.movedOn(q, err)
	}
	if !v.Occasion.Coming(q.Now()) {
		return route.SeeOther(v.path), nil
	}
	return route.Show(dateEditPage(v)), nil
}

// movedOn leads to where a date is held now, also who pressed twice.
func (r Room) movedOn(q *route.Request, otherwise error) (route.Page, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok || !fault.Is(otherwise, fault.NotFound) {
		return route.Page{}, otherwise
	}
	to, err := r.Cafes.MovedTo(q.Context(), q.Param("slug"), date)
	if err != nil {
		return route.Page{}, otherwise
	}
	return route.SeeOther(cafesPath + "/" + q.Param("slug") + "/" + to.Format(cafe.DateFormat)).Saying("flash.series_was_moved"), nil
}

func (r Room) dateAgain(q *route.Request, err error, state *form.State, step string) (route.Page, error) {
	if !state.Fail(err) {
		return r.movedOn(q, err)
	}
	v, failed := r.readDatePage(q, state, step)
	if failed != nil {
		return route.Page{}, failed
	}
	if !v.Occasion.Coming(q.Now()) {
		return route.SeeOther(v.path), nil // it has begun or is off: the list says so
	}
	return route.Again(err, state, func() templ.Component { return dateEditPage(v) })
}

func (r Room) moveDate(q *route.Request) (route.Page, error) {
	var typed struct {
		Date   string `form:"date"`
		Starts string `form:"starts"`
		Ends   string `form:"ends"`
		People int    `form:"people"`
	}
	state, err := form.Bind(q.Request, &typed)
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return route.Page{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	to := cafe.Move{Starts: form.Clock(typed.Starts), Ends: form.Clock(typed.Ends), People: typed.People}
	if err == nil {
		to.Date, _ = readDate(typed.Date) // one that cannot be read is refused as none
		_, err = r.Cafes.MoveDate(q.Context(), q.Actor, q.Param("slug"), date, to)
	}
	if err != nil {
		return r.dateAgain(q, err, state, lastMove)
	}
	return route.SeeOther(cafesPath + "/" + q.Param("slug") + "/" + to.Date.Format(cafe.DateFormat)).Saying("flash.series_moved"), nil
}

func (r Room) saveTimes(q *route.Request) (route.Page, error) {
	var typed struct {
		OpensOn  string `form:"opens"`
		OpensAt  string `form:"opens_at"`
		ClosesOn string `form:"closes"`
		ClosesAt string `form:"closes_at"`
	}
	state, err := form.Bind(q.Request, &typed)
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return route.Page{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	var f fault.Fields
	var opens *time.Time
	if !blank(typed.OpensOn, typed.OpensAt) {
		at := moment(&f, "opens", typed.OpensOn, typed.OpensAt)
		opens = &at
	}
	closes := moment(&f, "closes", typed.ClosesOn, typed.ClosesAt)
	if err == nil {
		err = f.Err()
	}
	if err == nil {
		err = r.Cafes.SetSignUpTimes(q.Context(), q.Actor, q.Param("slug"), date, opens, closes)
	}
	if err != nil {
		return r.dateAgain(q, err, state, lastTimes)
	}
	return route.SeeOther(datePath(q)).Saying("flash.series_times"), nil
}

// moment reads a day and a time of day that stand in two fields.
func moment(f *fault.Fields, name, day, at string) time.Time {
	date, ok := readDate(day)
	if !ok {
		f.Add(name, "errors.field_date_invalid")
	}
	t, ok := cafe.At(date, form.Clock(at))
	if !ok {
		f.Add(name+"_at", "errors.field_time_invalid")
	}
	return t
}

func (r Room) deleteDate(q *route.Request) (route.Page, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return route.Page{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	if err := r.Cafes.DeleteDate(q.Context(), q.Actor, q.Param("slug"), date); err != nil {
		return r.dateAgain(q, err, form.New(nil), lastDelete)
	}
	return route.SeeOther(cafesPath + "/" + q.Param("slug")).Saying("flash.series_deleted"), nil
}

// local is a moment as the forms' two fields show it.
func local(t time.Time) (day, at string) {
	t = t.In(i18n.Zone)
	return t.Format(typedDate), strings.ReplaceAll(t.Format("15:04"), ":", ".")
}

func moveForm(v dateEdit) *form.State {
	day, starts := local(v.Occasion.StartsAt)
	_, ends := local(v.Occasion.EndsAt)
	return form.New(nil).Set("date", day).Set("starts", starts).Set("ends", ends)
}

func timesForm(v dateEdit) *form.State {
	f := form.New(nil)
	if v.Occasion.OpensAt != nil {
		day, at := local(*v.Occasion.OpensAt)
		f.Set("opens", day).Set("opens_at", at)
	}
	day, at := local(v.Occasion.ClosesAt)
	return f.Set("closes", day).Set("closes_at", at)
}
