// Package cafes shows the cafés and their dates, and takes sign-ups.
package cafes

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the cafés' pages.
type Room struct {
	Cafes     *cafe.Service
	Districts *district.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/cafeer", r.list)
	m.Get(authz.Public, "/cafeer/{slug}", r.series)
	m.Get(authz.Public, "/cafeer/{slug}/{date}", r.date)
	m.Post(authz.Public, "/cafeer/{slug}/{date}", r.signUp)
}

// listing is the café list with its filter.
type listing struct {
	form      *form.State
	districts []district.Choice
	cafes     []cafe.Listing
	page      int // from 1
	more      bool
}

// mostPages keeps a made-up page number from becoming a slow question.
const mostPages = 200

func (r Room) list(q *route.Request) (route.Page, error) {
	query := q.URL.Query()
	v := listing{form: form.New(query), page: 1}
	if n, err := strconv.Atoi(query.Get("side")); err == nil {
		v.page = min(max(n, 1), mostPages)
	}
	f := cafe.Filter{District: clip(query.Get("bydel")), Language: clip(query.Get("sprog")), Page: v.page - 1}
	var wrong error
	if typed := strings.TrimSpace(query.Get("fra")); typed != "" {
		from, ok := readDate(typed)
		switch {
		case !ok:
			wrong = fault.InField(fault.Invalid, "fra", "errors.field_date_invalid")
		case from.After(i18n.Day(q.Now())):
			f.From = from
		}
	}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	if wrong == nil {
		if v.cafes, v.more, err = r.Cafes.Coming(q.Context(), f); err != nil {
			return route.Page{}, err
		}
		return route.Show(listPage(v)), nil
	}
	return route.Again(wrong, v.form, func() templ.Component { return listPage(v) })
}

// clip makes a value from an address safe to ask the database about.
func clip(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// readDate takes a date as people write it, or as addresses do.
func readDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2.1.2006", "2/1/2006", "2-1-2006", cafe.DateFormat} {
		if d, err := time.Parse(layout, s); err == nil && d.Year() < 3000 {
			return d, true
		}
	}
	return time.Time{}, false
}

// filtered tells whether the list is narrowed.
func (v listing) filtered() bool {
	return v.form.Value("bydel") != "" || v.form.Value("sprog") != "" || v.form.Value("fra") != ""
}

// district is the name of the district the list is narrowed to.
func (v listing) district() string {
	for _, d := range v.districts {
		if d.Slug == v.form.Value("bydel") {
			return d.Name
		}
	}
	return ""
}

// feed is the address of the calendar to subscribe to: of the chosen district,
// or the whole city.
func (v listing) feed() string {
	if v.district() == "" {
		return "/feeds/cafeer.ics"
	}
	return "/feeds/cafeer.ics?" + url.Values{"bydel": {v.form.Value("bydel")}}.Encode()
}

// at is the address of another page of the same list.
func (v listing) at(page int) string {
	query := url.Values{}
	for _, name := range []string{"bydel", "fra", "sprog"} {
		if value := v.form.Value(name); value != "" {
			query.Set(name, value)
		}
	}
	if page > 1 {
		query.Set("side", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return "/cafeer"
	}
	return "/cafeer?" + query.Encode()
}

func (r Room) series(q *route.Request) (route.Page, error) {
	c, err := r.Cafes.BySlug(q.Context(), q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	dates, _, err := r.Cafes.Coming(q.Context(), cafe.Filter{Cafe: c.Slug})
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(seriesPage(c, dates)), nil
}

// occasion is a date's page with its form.
type occasion struct {
	cafe.Occasion
	now  time.Time
	form *form.State
	next []cafe.Listing // other dates, where this one cannot be had

	untouched bool // nobody has typed anything yet
}

// others is how many other dates are shown where one is full or over.
const others = 3

// read finds the date in the address; one that does not exist is NotFound.
func (r Room) read(q *route.Request, state *form.State) (occasion, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return occasion{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	return r.readOn(q, date, state)
}

func (r Room) readOn(q *route.Request, date time.Time, state *form.State) (occasion, error) {
	o, err := r.Cafes.Occasion(q.Context(), q.Param("slug"), date)
	if fault.Is(err, fault.NotFound) {
		return occasion{}, fault.Wrap(fault.NotFound, "cafes.no_such_date", err)
	}
	if err != nil {
		return occasion{}, err
	}
	v := occasion{Occasion: o, now: q.Now(), form: state}
	if v.open() && !v.full() {
		return v, nil
	}
	dates, _, err := r.Cafes.Coming(q.Context(), cafe.Filter{Cafe: o.Slug, Limit: others + 1})
	if err != nil {
		return occasion{}, err
	}
	for _, l := range dates {
		if !l.OnDate.Equal(o.OnDate) && takesSignUps(l, v.now) && len(v.next) < others {
			v.next = append(v.next, l)
		}
	}
	return v, nil
}

// takesSignUps tells whether one can sign up for the date.
func takesSignUps(l cafe.Listing, now time.Time) bool {
	return l.CancelledAt == nil && (l.OpensAt == nil || !now.Before(*l.OpensAt)) && now.Before(l.ClosesAt)
}

func (r Room) date(q *route.Request) (route.Page, error) {
	v, err := r.read(q, form.New(nil).Set("party", "1").Set("language", q.Locale.Code))
	if fault.Is(err, fault.NotFound) {
		return r.moved(q, err)
	}
	if err != nil {
		return route.Page{}, err
	}
	if p, ok := v.firstFree(); ok {
		v.form.Set("place", p.Key)
	}
	v.untouched = true
	return route.Show(datePage(v)), nil
}

// moved leads an old link to where the date is held now.
func (r Room) moved(q *route.Request, otherwise error) (route.Page, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return route.Page{}, otherwise
	}
	to, err := r.Cafes.MovedTo(q.Context(), q.Param("slug"), date)
	if err != nil {
		return route.Page{}, otherwise
	}
	return route.SeeOther("/cafeer/" + q.Param("slug") + "/" + to.Format(cafe.DateFormat)).Saying("flash.series_was_moved"), nil
}

// signUp is the form as it is sent.
type signUp struct {
	Place    string `form:"place"`
	Name     string `form:"name"`
	Email    string `form:"email"`
	Phone    string `form:"phone"`
	Party    int    `form:"party"`
	Language string `form:"language"`
	Note     string `form:"note"`

	FirstTime bool `form:"first_time"`
	Photo     bool `form:"photo"`
	AskMe     bool `form:"ask_me"`
}

func (r Room) signUp(q *route.Request) (route.Page, error) {
	date, ok := cafe.ParseDate(q.Param("date"))
	if !ok {
		return route.Page{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	var typed signUp
	state, err := form.Bind(q.Request, &typed)
	in := cafe.SignUp{Place: typed.Place, Name: typed.Name, Email: typed.Email, Phone: typed.Phone,
		Party: typed.Party, Language: typed.Language, Note: typed.Note, Locale: q.Locale.Code,
		FirstTime: typed.FirstTime, Photo: typed.Photo, AskMe: typed.AskMe}
	if unread := fault.FieldsOf(err); len(unread) > 0 {
		err = together(unread, in.Validate()).Err()
	}
	var receipt cafe.Receipt
	if err == nil {
		receipt, err = r.Cafes.SignUp(q.Context(), q.Actor, q.Param("slug"), date, in)
	}
	if err == nil {
		return route.SeeOther("/tilmelding/" + string(receipt.Token)), nil
	}
	// Whoever had the form open while the date was moved keeps what they wrote,
	// and decides about the new day.
	if fault.Is(err, fault.NotFound) {
		if to, notMoved := r.Cafes.MovedTo(q.Context(), q.Param("slug"), date); notMoved == nil {
			date, err = to, fault.New(fault.Conflict, "series.moved_while_writing")
		}
	}
	gone := fault.Is(err, fault.Gone)
	if !gone && !state.Fail(err) {
		return route.Page{}, err
	}
	v, readErr := r.readOn(q, date, state)
	if readErr != nil {
		return route.Page{}, readErr
	}
	switch why := v.WhyClosed(v.now); {
	case why != nil && v.Coming(v.now):
		v.form = form.New(nil) // there is no form to mend: the page says from when, and which other days there are
		return route.Refused(why, datePage(v)), nil
	case why != nil:
		return route.Page{}, why
	case gone:
		return route.Page{}, err
	}
	return route.Again(err, state, func() templ.Component { return datePage(v) })
}

// fields is the order of the form.
var fields = []string{"place", "name", "email", "phone", "party", "language", "note", "first_time", "photo", "ask_me"}

// together joins what could not be read with what else is wrong, in the order
// of the form; a field that could not be read has that as its mistake.
func together(unread, wrong fault.Fields) fault.Fields {
	var f fault.Fields
	for _, w := range slices.Concat(unread, wrong) {
		f.Add(w.Name, w.Key, w.Args...)
	}
	slices.SortStableFunc(f, func(a, b fault.Field) int {
		return cmp.Compare(slices.Index(fields, a.Name), slices.Index(fields, b.Name))
	})
	return f
}

func (v occasion) open() bool { return v.Open(v.now) }

// full tells whether guests can only wait.
func (v occasion) full() bool {
	return v.guests() && !slices.ContainsFunc(v.Places, func(p cafe.Place) bool { return !p.Kind.Helps() && p.Left() > 0 })
}

// allFull tells whether every kind of place is taken.
func (v occasion) allFull() bool {
	return !slices.ContainsFunc(v.Places, func(p cafe.Place) bool { return p.Left() > 0 })
}

// fieldsName names the untouched fields, which say the same to everybody but
// for the word on their button and what only guests or helpers are asked.
func (v occasion) fieldsName() string {
	name := "fields for a place"
	if v.allFull() {
		name = "fields for the line"
	}
	if v.guests() {
		name += ", guests"
	}
	if v.helpers() {
		name += ", helpers"
	}
	return name
}

// guests tells whether somebody can come as a guest.
func (v occasion) guests() bool {
	return slices.ContainsFunc(v.Places, func(p cafe.Place) bool { return !p.Kind.Helps() })
}

// helpers tells whether somebody can come to help.
func (v occasion) helpers() bool {
	return slices.ContainsFunc(v.Places, func(p cafe.Place) bool { return p.Kind.Helps() })
}

// firstFree is the kind of place that is chosen from the start: guest where
// there is one, since most come as guests, also when it means to wait.
func (v occasion) firstFree() (cafe.Place, bool) {
	if len(v.Places) == 0 {
		return cafe.Place{}, false
	}
	return v.Places[0], true
}

// choosesKind tells whether the form asks for the kind of place.
func (v occasion) choosesKind() bool {
	_, wrong := v.form.Fault("place")
	return len(v.Places) != 1 || wrong
}

// already tells whether the mistake is that this person has a place.
func (v occasion) already() bool {
	for _, f := range v.form.Faults() {
		if f.Key == "cafes.already_signed_up" {
			return true
		}
	}
	return false
}

func (v occasion) path() string {
	return "/cafeer/" + v.Slug + "/" + v.OnDate.Format(cafe.DateFormat)
}

// feedOf is the address of a café's calendar to subscribe to.
func feedOf(c cafe.Cafe) string { return "/feeds/cafeer.ics?" + url.Values{"cafe": {c.Slug}}.Encode() }
