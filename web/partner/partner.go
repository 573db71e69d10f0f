// Package partner is where a partner organisation's people work: their offers,
// and the cafés they hold with others.
package partner

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/web/doorlist"
	"mellemrum/web/peopleview"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is the partners' pages.
type Room struct {
	Accounts      *account.Service
	Offers        *offer.Service
	Organisations *organisation.Service
	Districts     *district.Service
	Cafes         *cafe.Service
	Asks          *ask.Service
	Initiatives   *initiative.Service
	Inquiries     *inquiry.Service
	Concerns      *concern.Service
}

const (
	home       = "/partner"
	offersPath = "/partner/tilbud"
	newPath    = "/partner/tilbud/ny"
	cafesPath  = "/partner/cafeer"

	organisationPath = "/partner/organisation"
	peoplePath       = "/partner/personer"
)

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Partners, home, r.overview)

	m.Get(authz.Partners, newPath, r.newOffer)
	m.Post(authz.Partners, newPath, r.createOffer)
	m.Get(authz.Partners, offersPath+"/{id}", r.editOffer)
	m.Post(authz.Partners, offersPath+"/{id}", r.saveOffer)
	m.Get(authz.Partners, offersPath+"/{id}"+lastSee, r.seeOffer)
	for _, s := range steps {
		m.Get(authz.Partners, offersPath+"/{id}"+s.last, r.toOffer)
		m.Post(authz.Partners, offersPath+"/{id}"+s.last, r.step(s))
	}

	m.Get(authz.Partners, offersPath+"/{id}"+lastConfirm, r.toOffer)
	m.Post(authz.Partners, offersPath+"/{id}"+lastConfirm, r.confirm)

	r.mountAsks(m)
	r.mountInitiatives(m)
	r.mountInquiries(m)

	m.Get(authz.Partners, organisationPath+"/{slug}/aktiv", r.toOrganisation)
	m.Post(authz.Partners, organisationPath+"/{slug}/aktiv", r.stillActive)
	m.Get(authz.Partners, organisationPath, r.showOrganisation)
	m.Post(authz.Partners, organisationPath, r.saveOrganisation)
	peopleview.Desk{Accounts: r.Accounts, Rule: authz.Partners, Prefix: peoplePath, Find: r.people, Frame: frame, Left: home}.Mount(m)

	m.Get(authz.Partners, cafesPath, r.listCafes)
	doorlist.Door{Cafes: r.Cafes, Rule: authz.Partners, Prefix: cafesPath, Frame: frame,
		Back: func(ctx context.Context, _ cafe.Occasion) *ui.Link {
			return &ui.Link{Label: ui.T(ctx, "partner.nav_cafes"), Href: cafesPath}
		}}.Mount(m)
}

// Frame puts a page of another room into the partners' area.
func Frame(ctx context.Context, p ui.Page) ui.Page { return frame(ctx, p) }

// frame puts a page into the partners' area.
func frame(ctx context.Context, p ui.Page) ui.Page {
	path := ui.ChromeFrom(ctx).Path
	as := asQuery(ui.ChromeFrom(ctx).Query.Get("som"))
	p.Area, p.Private = ui.T(ctx, "partner.area"), true
	p.SubNav = []ui.NavItem{
		{Key: "partner.nav_overview", Href: home + as, Current: path == home},
		{Key: "asks.nav", Href: asksPath, Current: path == asksPath || strings.HasPrefix(path, asksPath+"/")},
		{Key: "initiatives.nav", Href: initiativesPath, Current: path == initiativesPath},
		{Key: "workshops.nav", Href: "/workshops"},
		{Key: "inquiries.nav", Href: inquiriesPath, Current: path == inquiriesPath || strings.HasPrefix(path, inquiriesPath+"/")},
		{Key: "partner.nav_new", Href: newPath, Current: path == newPath},
		{Key: "partner.nav_cafes", Href: cafesPath, Current: path == cafesPath || strings.HasPrefix(path, cafesPath+"/")},
		{Key: "partner.nav_organisation", Href: organisationPath + as, Current: path == organisationPath},
		{Key: "partner.nav_people", Href: peoplePath + as, Current: path == peoplePath || strings.HasPrefix(path, peoplePath+"/")},
		{Key: "mailprefs.nav", Href: "/mails"},
	}
	return p
}

// someCafes is how many dates the overview shows before it leads on.
const someCafes = 6

// overview is what a partner looks at first.
type overview struct {
	name          string
	organisations []authz.Membership // those that are looked at
	choice        templ.Component    // between them; nil: there is only one
	suspensions   []organisation.Suspension
	asked         []organisation.Existence // whether they are still there
	offers        []offer.Offer            // that can still be changed
	withdrawn     []offer.Offer
	waiting       []offer.Offer // for somebody to say that they hold
	cafes         []cafe.Listing
	more          bool
	concerns      int // notes that the reader is invited to
}

// several tells whether it must be said whose an offer is.
func (v overview) several() bool { return len(v.organisations) > 1 }

func (r Room) overview(q *route.Request) (route.Page, error) {
	actor, looked := q.Actor, uuid.Nil
	if q.URL.Query().Get("som") != "" {
		o, err := chosen(q)
		if err != nil {
			return route.Page{}, err
		}
		actor.Organisations, looked = []authz.Membership{o}, o.OrganisationID
	}
	v := overview{name: q.Actor.Name, organisations: actor.Organisations, choice: switches(q.Context(), q.Actor, home, looked, true)}
	all, err := r.Offers.Mine(q.Context(), actor)
	if err != nil {
		return route.Page{}, err
	}
	if v.suspensions, err = r.Organisations.Suspensions(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	if v.asked, err = r.Organisations.Asked(q.Context(), actor); err != nil {
		return route.Page{}, err
	}
	for _, o := range all {
		if o.Waits() {
			v.waiting = append(v.waiting, o)
		}
		if o.Editable() {
			v.offers = append(v.offers, o)
		} else {
			v.withdrawn = append(v.withdrawn, o)
		}
	}
	if v.cafes, v.more, err = r.Cafes.ForStaff(q.Context(), actor, cafe.Filter{Limit: someCafes}); err != nil {
		return route.Page{}, err
	}
	if v.concerns, err = r.Concerns.Invited(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	return route.Show(overviewPage(v)), nil
}

// calendar is the dates of the cafés that the partner holds: those to come, or
// those of the last weeks.
type calendar struct {
	list []cafe.Listing
	past bool
	page int // from 1
	more bool
}

const (
	lookBack  = 28  // days, so that who came can still be ticked
	mostPast  = 200 // dates within them
	mostPages = 200
)

func (r Room) listCafes(q *route.Request) (route.Page, error) {
	query := q.URL.Query()
	v := calendar{past: query.Get("vis") == "tidligere", page: 1}
	if v.past {
		today := i18n.Day(q.Now())
		list, _, err := r.Cafes.ForStaff(q.Context(), q.Actor,
			cafe.Filter{From: today.AddDate(0, 0, -lookBack), Until: today, Limit: mostPast})
		for _, l := range slices.Backward(list) {
			if !l.EndsAt.After(q.Now()) {
				v.list = append(v.list, l)
			}
		}
		return route.Show(cafesPage(v)), err
	}
	if n, err := strconv.Atoi(query.Get("side")); err == nil {
		v.page = min(max(n, 1), mostPages)
	}
	var err error
	v.list, v.more, err = r.Cafes.ForStaff(q.Context(), q.Actor, cafe.Filter{Page: v.page - 1})
	return route.Show(cafesPage(v)), err
}

// at is the address of another page of the dates to come.
func at(page int) string {
	if page > 1 {
		return cafesPath + "?side=" + strconv.Itoa(page)
	}
	return cafesPath
}
