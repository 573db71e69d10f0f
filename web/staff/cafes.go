package staff

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// calendar is dates in a list: those to come, page by page, or those that
// were, four weeks at a time.
type calendar struct {
	path        string
	past        bool
	list        []cafe.Listing
	page        int // from 1, of those to come
	more        bool
	from, until time.Time // of those that were
}

const (
	pastWindow = 28  // days
	mostPast   = 400 // dates in a window
	mostPages  = 200
)

// at is the address of another page of dates to come.
func (v calendar) at(page int) string {
	if page > 1 {
		return v.path + "?side=" + strconv.Itoa(page)
	}
	return v.path
}

// before is the address of the weeks before these.
func (v calendar) before() string {
	return v.path + "?" + url.Values{"vis": {"tidligere"}, "til": {v.from.AddDate(0, 0, -1).Format(cafe.DateFormat)}}.Encode()
}

func (r Room) calendar(q *route.Request, path string, f cafe.Filter) (calendar, error) {
	query := q.URL.Query()
	v := calendar{path: path, past: query.Get("vis") == "tidligere", page: 1}
	var err error
	if !v.past {
		if n, wrong := strconv.Atoi(query.Get("side")); wrong == nil {
			v.page = min(max(n, 1), mostPages)
		}
		f.Page = v.page - 1
		v.list, v.more, err = r.Cafes.ForStaff(q.Context(), q.Actor, f)
		return v, err
	}
	v.until = i18n.Day(q.Now())
	if t, ok := cafe.ParseDate(query.Get("til")); ok && t.Before(v.until) && t.Year() > 2000 {
		v.until = t
	}
	v.from = v.until.AddDate(0, 0, 1-pastWindow)
	f.From, f.Until, f.Limit = v.from, v.until, mostPast
	list, _, err := r.Cafes.ForStaff(q.Context(), q.Actor, f)
	for _, l := range slices.Backward(list) {
		if !l.EndsAt.After(q.Now()) {
			v.list = append(v.list, l)
		}
	}
	return v, err
}

// cafeList is the dates and the cafés they belong to.
type cafeList struct {
	calendar
	series []cafe.SeriesListing
	now    time.Time
}

func (r Room) listCafes(q *route.Request) (route.Page, error) {
	v := cafeList{now: q.Now()}
	var err error
	if v.calendar, err = r.calendar(q, cafesPath, cafe.Filter{}); err != nil {
		return route.Page{}, err
	}
	if v.series, err = r.Cafes.ListSeries(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	return route.Show(cafesPage(v)), nil
}

// cafeDetail is one café with its dates.
type cafeDetail struct {
	cafe.Editable
	calendar
}

func (r Room) showCafe(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	v := cafeDetail{Editable: e}
	if v.calendar, err = r.calendar(q, cafesPath+"/"+e.Slug, cafe.Filter{Cafe: e.Slug, Limit: cafe.MaxDates}); err != nil {
		return route.Page{}, err
	}
	return route.Show(cafePage(v)), nil
}

// cafeForm is a café as it is written.
type cafeForm struct {
	form          *form.State
	slug, name    string // empty: a new one
	rows          int    // of helpers and shifts
	districts     []district.Choice
	organisations []organisation.Choice
}

func (v cafeForm) path() string {
	if v.slug == "" {
		return cafesPath + "/ny"
	}
	return cafesPath + "/" + v.slug + "/rediger"
}

// choices reads what a café's form chooses from.
func (r Room) choices(q *route.Request, v *cafeForm) error {
	var err error
	if v.districts, err = r.own(q); err != nil {
		return err
	}
	v.organisations, err = r.Organisations.Choices(q.Context())
	return err
}

// typedCafe is the form as it is sent.
type typedCafe struct {
	Name        string   `form:"name"`
	District    string   `form:"district"`
	Venue       string   `form:"venue"`
	Address     string   `form:"address"`
	About       string   `form:"about"`
	Languages   []string `form:"languages"`
	Starts      string   `form:"starts"`
	Ends        string   `form:"ends"`
	Hosts       []string `form:"hosts"`
	Guest       string   `form:"capacity_guest"`
	Host        string   `form:"capacity_host"`
	Kitchen     string   `form:"capacity_kitchen"`
	Interpreter string   `form:"capacity_interpreter"`
	Driver      string   `form:"capacity_driver"`
	UpdatedAt   string   `form:"updated_at"`

	Shifts      []typedShift `form:"shifts"`
	Habits      string       `form:"habits"` // empty: the form has none of what follows
	OpensDays   string       `form:"opens_days"`
	ClosesHours string       `form:"closes_hours"`
	CallHours   string       `form:"call_hours"`
	RemindAt    string       `form:"remind_at"`
	Thanks      string       `form:"thanks"`

	Step  string   `form:"step"`
	Dates []string `form:"dates"` // "id/people" of those that shall follow
	More  string   `form:"more"`
}

// input reads times and numbers and joins their mistakes with all others.
func (t typedCafe) input() (cafe.Series, error) {
	in := cafe.Series{Name: t.Name, Venue: t.Venue, Address: t.Address, About: t.About, Languages: t.Languages,
		Starts: form.Clock(t.Starts), Ends: form.Clock(t.Ends), Hosts: ids(t.Hosts), Habits: cafe.UsualHabits}
	in.DistrictID, _ = uuid.Parse(t.District) // none: the district is missing
	var f fault.Fields
	if t.Habits != "" {
		in.Habits = t.readHabits(&f)
	}
	capacity := map[cafe.Kind]int{}
	for kind, typed := range map[cafe.Kind]string{cafe.Guest: t.Guest, cafe.Host: t.Host, cafe.Kitchen: t.Kitchen,
		cafe.Interpreter: t.Interpreter, cafe.Driver: t.Driver} {
		if blank(typed) {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(typed))
		if err != nil {
			f.Add(capacityField(kind), "errors.field_number_invalid")
			n = 1 // so that it is not also called missing
		}
		capacity[kind] = n
	}
	in.Places = append(cafe.Room(capacity), t.readShifts(&f)...)
	f = append(f, in.Validate()...)
	for i := range f { // the form asks for hours
		f[i].Name = strings.Replace(f[i].Name, "s_minutes", "s_hours", 1)
		f[i].Name = strings.Replace(f[i].Name, "call_minutes", "call_hours", 1)
	}
	return in, inOrder(f, "name", "about", "hosts", "district", "venue", "address", "starts", "ends",
		capacityField(cafe.Guest), "shifts", capacityField(cafe.Host), capacityField(cafe.Kitchen), capacityField(cafe.Interpreter),
		capacityField(cafe.Driver), "languages", "opens_days", "closes_hours", "call_hours", "remind_at").Err()
}

func capacityField(k cafe.Kind) string { return "capacity_" + string(k) }

// newCafe is an empty form, or one that copies another café.
func (r Room) newCafe(q *route.Request) (route.Page, error) {
	t := typedCafe{}.withHabits(cafe.UsualHabits)
	if like := q.URL.Query().Get("fra"); like != "" {
		e, err := r.Cafes.ForEdit(q.Context(), q.Actor, like)
		if err != nil {
			return route.Page{}, err
		}
		t = typedFromCafe(e)
		t.Name, t.UpdatedAt = "", ""
		for i := range t.Shifts {
			t.Shifts[i].Key = ""
		}
	}
	v := t.form(blankRows + 1)
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	if len(v.districts) == 1 {
		v.form.Set("district", v.districts[0].ID.String())
	}
	return route.Show(cafeFormPage(v)), nil
}

func (r Room) createCafe(q *route.Request) (route.Page, error) {
	var typed typedCafe
	_, err := form.Bind(q.Request, &typed)
	typed.compact()
	if err == nil && typed.More != "" {
		return r.cafeMore(q, typed.form(moreRows))
	}
	var c cafe.Cafe
	if err == nil {
		var in cafe.Series
		if in, err = typed.input(); err == nil {
			c, err = r.Cafes.Create(q.Context(), q.Actor, in)
		}
	}
	if err == nil {
		return route.SeeOther(cafesPath + "/" + c.Slug + "/datoer").Saying("flash.staff_cafe_created"), nil
	}
	return r.cafeAgain(q, err, typed.form(blankRows))
}

func (r Room) cafeMore(q *route.Request, v cafeForm) (route.Page, error) {
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	return route.Show(cafeFormPage(v)), nil
}

func (r Room) editCafe(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	return r.cafeMore(q, typedFromCafe(e).form(blankRows).of(e))
}

func (v cafeForm) of(e cafe.Editable) cafeForm {
	v.slug, v.name = e.Slug, e.Name
	return v
}

// saveCafe shows first what a change touches, and saves once that was seen. A
// change that nobody would notice is saved at once.
func (r Room) saveCafe(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	var typed typedCafe
	_, err = form.Bind(q.Request, &typed)
	typed.compact()
	if err == nil && (typed.More != "" || typed.Step == stepBack) {
		return r.cafeMore(q, typed.form(blankRows+len(typed.More)).of(e))
	}
	var in cafe.Series
	if err == nil {
		in, err = typed.input()
	}
	var touched cafe.Impact
	if err == nil {
		touched, err = r.Cafes.Impact(q.Context(), q.Actor, e.ID, in)
	}
	if err != nil {
		return r.cafeAgain(q, err, typed.form(blankRows).of(e))
	}
	if !touched.Silent() && typed.Step != stepSave {
		return route.Show(impactPage(typed.impact(e, in, touched, form.New(nil)))), nil
	}
	err = r.Cafes.Update(q.Context(), q.Actor, e.ID, sent(typed.UpdatedAt), in, typed.applied()...)
	if err == nil {
		return route.SeeOther(cafesPath + "/" + e.Slug).Saying("flash.staff_cafe_saved"), nil
	}
	if fault.FieldsOf(err).Has("dates") { // what was shown is no longer so
		state := form.New(nil)
		return route.Again(err, state, func() templ.Component { return impactPage(typed.impact(e, in, touched, state)) })
	}
	return r.cafeAgain(q, err, typed.form(blankRows).of(e))
}

func (r Room) cafeAgain(q *route.Request, err error, v cafeForm) (route.Page, error) {
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	return route.Again(err, v.form, func() templ.Component { return cafeFormPage(v) })
}
