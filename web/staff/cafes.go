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
	v.until = cafe.Today(q.Now())
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
}

// input reads times and numbers and joins their mistakes with all others.
func (t typedCafe) input() (cafe.Series, error) {
	in := cafe.Series{Name: t.Name, Venue: t.Venue, Address: t.Address, About: t.About, Languages: t.Languages,
		Starts: clock(t.Starts), Ends: clock(t.Ends), Hosts: ids(t.Hosts), Habits: cafe.UsualHabits}
	in.DistrictID, _ = uuid.Parse(t.District) // none: the district is missing
	var f fault.Fields
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
	in.Places = cafe.Room(capacity)
	f = append(f, in.Validate()...)
	return in, inOrder(f, "name", "district", "venue", "address", "about", "languages", "starts", "ends", "hosts",
		capacityField(cafe.Guest), capacityField(cafe.Host), capacityField(cafe.Kitchen), capacityField(cafe.Interpreter),
		capacityField(cafe.Driver)).Err()
}

func capacityField(k cafe.Kind) string { return "capacity_" + string(k) }

// clock takes a time as people write it, 16.30 or kl. 16, and makes it 16:30.
// One that cannot be read stays as it is, for the rules to refuse.
func clock(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "kl."))
	s = strings.ReplaceAll(strings.TrimPrefix(s, "kl "), ".", ":")
	for _, layout := range []string{"15:04", "1504", "15"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("15:04")
		}
	}
	return s
}

func (r Room) newCafe(q *route.Request) (route.Page, error) {
	v := cafeForm{form: form.New(nil)}
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
	state, err := form.Bind(q.Request, &typed)
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
	return r.cafeAgain(q, err, cafeForm{form: state})
}

func (r Room) editCafe(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	v := cafeForm{slug: e.Slug, name: e.Name}
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	v.form = form.New(nil).Set("name", e.Name).Set("district", e.DistrictID.String()).Set("venue", e.Venue).Set("address", e.Address).
		Set("about", e.About).Set("languages", e.Languages...).Set("starts", strings.ReplaceAll(e.Starts, ":", ".")).
		Set("ends", strings.ReplaceAll(e.Ends, ":", ".")).Set("hosts", strs(e.HostIDs())...).
		Set("updated_at", e.UpdatedAt.Format(time.RFC3339Nano))
	for _, p := range e.Places {
		v.form.Set(capacityField(p.Kind), strconv.Itoa(p.Capacity))
	}
	return route.Show(cafeFormPage(v)), nil
}

func (r Room) saveCafe(q *route.Request) (route.Page, error) {
	e, err := r.Cafes.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	var typed typedCafe
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		var in cafe.Series
		if in, err = typed.input(); err == nil {
			err = r.Cafes.Update(q.Context(), q.Actor, e.ID, sent(typed.UpdatedAt), in)
		}
	}
	if err == nil {
		return route.SeeOther(cafesPath + "/" + e.Slug).Saying("flash.staff_cafe_saved"), nil
	}
	return r.cafeAgain(q, err, cafeForm{form: state, slug: e.Slug, name: e.Name})
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
