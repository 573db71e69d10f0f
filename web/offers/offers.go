// Package offers shows what organisations offer: help, rooms, equipment,
// skills and activities.
package offers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/offer"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the offers' pages.
type Room struct {
	Offers    *offer.Service
	Districts *district.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/tilbud", r.list)
	m.Get(authz.Public, "/tilbud/{id}", r.show)
	m.Get(authz.Public, "/bekraeft/{token}", r.toConfirm)
	m.Post(authz.Public, "/bekraeft/{token}", r.confirm)
}

// listing is the offers with their filter.
type listing struct {
	offer.Page
	form      *form.State
	districts []district.Choice
	counts    offer.Counts
}

// filters are the parts of the address that narrow the list.
var filters = []string{"bydel", "slags", "maalgruppe", "sprog", "dag", "ord"}

// mostPages keeps a made-up page number from becoming a slow question.
const mostPages = 1000

func (r Room) list(q *route.Request) (route.Page, error) {
	v := listing{form: form.New(q.URL.Query())}
	page, _ := strconv.Atoi(v.value("side"))
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	f := offer.Filter{District: v.value("bydel"), Kind: offer.Kind(v.value("slags")), Audience: offer.Audience(v.value("maalgruppe")),
		Language: v.value("sprog"), Words: v.value("ord"), Page: min(max(page, 1), mostPages)}
	if day := v.value("dag"); day != "" {
		if f.Weekday, err = strconv.Atoi(day); err != nil || f.Weekday == 0 {
			f.Weekday = -1 // no such day: nothing is found
		}
	}
	if v.Page, err = r.Offers.Search(q.Context(), f); err != nil {
		return route.Page{}, err
	}
	if v.counts, err = r.Offers.Counts(q.Context(), f, v.Forgiven); err != nil {
		return route.Page{}, err
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

// at is the address of another page of the same list.
func (v listing) at(page int) string {
	query := url.Values{}
	for _, name := range filters {
		if value := v.value(name); value != "" {
			query.Set(name, value)
		}
	}
	if page > 1 {
		query.Set("side", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return "/tilbud"
	}
	return "/tilbud?" + query.Encode()
}

func (r Room) show(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	o, err := r.Offers.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(showPage(o, q.Actor.Role >= authz.Coordinator && o.EditableBy(q.Actor))), nil
}

// toConfirm shows what the link in a letter confirms. It changes nothing: mail
// programs look at links before their readers do.
func (r Room) toConfirm(q *route.Request) (route.Page, error) {
	list, err := r.Offers.ByToken(q.Context(), offer.Token(q.Param("token")))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(confirmPage(confirming{list, "/bekraeft/" + url.PathEscape(q.Param("token"))})), nil
}

func (r Room) confirm(q *route.Request) (route.Page, error) {
	if err := r.Offers.ConfirmByToken(q.Context(), offer.Token(q.Param("token"))); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/bekraeft/" + url.PathEscape(q.Param("token"))).Saying("flash.offer_confirmed"), nil
}

// confirming is what a link asks about.
type confirming struct {
	offers []offer.Offer
	path   string
}

// waits tells whether there is still something to say yes to.
func (v confirming) waits() bool { return slices.ContainsFunc(v.offers, offer.Offer.Waits) }
