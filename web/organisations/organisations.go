// Package organisations shows those who carry the work together, and lets new
// ones raise their hand.
package organisations

import (
	"errors"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the organisations' pages.
type Room struct {
	Organisations *organisation.Service
	Districts     *district.Service
	Offers        *offer.Service
	Cafes         *cafe.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/samarbejdspartnere", r.list)
	m.Get(authz.Public, "/samarbejdspartnere/{slug}", r.show)
	m.Get(authz.Public, "/bliv-partner", r.ask)
	m.Post(authz.Public, "/bliv-partner", r.register)
	m.Get(authz.Public, "/bliv-partner/tak", r.thanks)
	r.mountActive(m)
}

// listing is the organisations with their filter.
type listing struct {
	form      *form.State
	districts []district.Choice
	organisation.Found
}

// filters are the parts of the address that narrow the list.
var filters = []string{"bydel", "slags", "sprog", "ord"}

func (r Room) list(q *route.Request) (route.Page, error) {
	v := listing{form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	v.Found, err = r.Organisations.Search(q.Context(), organisation.Filter{
		District: v.value("bydel"), Kind: organisation.Kind(v.value("slags")), Language: v.value("sprog"), Words: v.value("ord")})
	if err != nil {
		return route.Page{}, err
	}
	for _, d := range v.districts {
		v.Counts[organisation.ByDistrict][d.Slug] += v.Everywhere
	}
	return route.Show(listPage(v)), nil
}

// value is a part of the address that the database may be asked about.
func (v listing) value(name string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(v.form.Value(name), ""), "\x00", "")
}

func (v listing) filtered() bool {
	for _, name := range filters {
		if v.form.Value(name) != "" {
			return true
		}
	}
	return false
}

// detail is one organisation with what it takes part in.
type detail struct {
	organisation.Organisation
	offers []offer.Offer
	cafes  []cafe.Listing
}

// someCafes is how many of its dates an organisation's page shows.
const someCafes = 6

func (r Room) show(q *route.Request) (route.Page, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	if o.Slug != q.Param("slug") { // it is part of another one now
		return route.Moved("/samarbejdspartnere/" + o.Slug), nil
	}
	v := detail{Organisation: o}
	found, err := r.Offers.Search(q.Context(), offer.Filter{Organisation: o.Slug})
	if err != nil {
		return route.Page{}, err
	}
	v.offers = found.Offers
	if v.cafes, _, err = r.Cafes.Coming(q.Context(), cafe.Filter{Hosts: []uuid.UUID{o.ID}, Limit: someCafes}); err != nil {
		return route.Page{}, err
	}
	return route.Show(showPage(v)), nil
}

// joining is the form of an organisation that wants to take part.
type joining struct {
	form      *form.State
	districts []district.Choice
	alike     []organisation.Alike // who they may be already
}

func (r Room) ask(q *route.Request) (route.Page, error) {
	districts, err := r.Districts.Choices(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(joinPage(joining{form: form.New(url.Values{}), districts: districts})), nil
}

// application is the form as it is sent.
type application struct {
	Name         string   `form:"name"`
	Kind         string   `form:"kind"`
	About        string   `form:"about"`
	Languages    []string `form:"languages"`
	CVR          string   `form:"cvr"`
	Website      string   `form:"website"`
	ContactName  string   `form:"contact_name"`
	ContactEmail string   `form:"contact_email"`
	ContactPhone string   `form:"contact_phone"`
	Districts    []string `form:"districts"`
	Consent      bool     `form:"consent"`
	Another      bool     `form:"another"`
}

// carried are the fields that go along when they say that they are somebody else.
var carried = []string{"name", "kind", "about", "languages", "cvr", "website", "contact_name", "contact_email", "contact_phone",
	"districts", "consent"}

func (r Room) register(q *route.Request) (route.Page, error) {
	var typed application
	state, err := form.Bind(q.Request, &typed)
	in := organisation.Input{Name: typed.Name, Kind: organisation.Kind(typed.Kind), About: typed.About, Languages: typed.Languages,
		CVR: typed.CVR, Website: typed.Website, ContactName: typed.ContactName, ContactEmail: typed.ContactEmail,
		ContactPhone: typed.ContactPhone, Locale: q.Locale.Code}
	for _, id := range typed.Districts {
		district, _ := uuid.Parse(id) // one that is none is refused as an unknown district
		in.Districts = append(in.Districts, district)
	}
	if err == nil {
		_, err = r.Organisations.Register(q.Context(), q.Actor,
			organisation.Application{Input: in, Consent: typed.Consent, Another: typed.Another})
	}
	if err == nil {
		if len(in.Warnings()) > 0 {
			return route.SeeOther("/bliv-partner/tak?cvr=1"), nil
		}
		return route.SeeOther("/bliv-partner/tak"), nil
	}
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v := joining{form: state}
	var failed error
	if v.districts, failed = r.Districts.Choices(q.Context()); failed != nil {
		return route.Page{}, failed
	}
	if errors.Is(err, organisation.ErrAlike) {
		if v.alike, failed = r.Organisations.Alike(q.Context(), in); failed != nil {
			return route.Page{}, failed
		}
	}
	return route.Again(err, state, func() templ.Component { return joinPage(v) })
}

func (r Room) thanks(q *route.Request) (route.Page, error) {
	return route.Show(thanksPage(q.URL.Query().Get("cvr") != "")), nil
}
