// Package staff is where the municipality's own people work: what waits for
// them, the districts, the partners, the cafés and their dates.
package staff

import (
	"context"
	"strings"
	"time"

	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/board"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/handover"
	"mellemrum/internal/initiative"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/report"
	"mellemrum/internal/theme"
	"mellemrum/web/doorlist"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is the staff's pages.
type Room struct {
	Accounts      *account.Service
	Districts     *district.Service
	Organisations *organisation.Service
	Offers        *offer.Service
	Cafes         *cafe.Service
	Asks          *ask.Service
	Partnership   *partnership.Service
	Initiatives   *initiative.Service
	Themes        *theme.Service
	Inquiries     *inquiry.Service
	Concerns      *concern.Service
	Board         *board.Service
	Handover      *handover.Service
	Reports       *report.Service
}

const (
	home              = "/stab"
	districtsPath     = "/stab/bydele"
	organisationsPath = "/stab/samarbejdspartnere"
	cafesPath         = "/stab/cafeer"
	offersPath        = "/stab/tilbud"
)

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Staff, home, r.overview)
	m.Get(authz.Staff, home+"/morgenmail", r.askMorning)
	m.Post(authz.Staff, home+"/morgenmail", r.wantMorning)

	m.Get(authz.Staff, districtsPath, r.listDistricts)
	m.Get(authz.Staff, districtsPath+"/ny", r.newDistrict)
	m.PostLarge(authz.Staff, districtsPath+"/ny", r.createDistrict)
	m.Get(authz.Staff, districtsPath+"/{slug}", r.editDistrict)
	m.PostLarge(authz.Staff, districtsPath+"/{slug}", r.saveDistrict)

	r.mountDistricts(m)

	m.Get(authz.Staff, organisationsPath, r.listOrganisations)
	m.Get(authz.Staff, organisationsPath+"/ny", r.newOrganisation)
	m.Post(authz.Staff, organisationsPath+"/ny", r.createOrganisation)
	m.Get(authz.Staff, organisationsPath+"/{slug}", r.showOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}", r.saveOrganisation)
	m.Get(authz.Staff, organisationsPath+"/{slug}/godkend", r.toOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}/godkend", r.approve)
	m.Get(authz.Staff, organisationsPath+"/{slug}/aktiv", r.toOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}/aktiv", r.stillActive)
	m.Get(authz.Staff, organisationsPath+"/{slug}/afvis", r.toOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}/afvis", r.decline)
	r.mountOrganisations(m)
	r.mountPartnership(m)

	m.Get(authz.Staff, cafesPath, r.listCafes)
	m.Get(authz.Staff, cafesPath+"/ny", r.newCafe)
	m.Post(authz.Staff, cafesPath+"/ny", r.createCafe)
	m.Get(authz.Staff, cafesPath+"/{slug}", r.showCafe)
	m.Get(authz.Staff, cafesPath+"/{slug}/rediger", r.editCafe)
	m.Post(authz.Staff, cafesPath+"/{slug}/rediger", r.saveCafe)
	m.Get(authz.Staff, cafesPath+"/{slug}/datoer", r.planDates)
	m.Post(authz.Staff, cafesPath+"/{slug}/datoer", r.addDates)

	m.Get(authz.Staff, offersPath+"/{id}", r.showOffer)
	m.Post(authz.Staff, offersPath+"/{id}", r.saveMonths)
	m.Get(authz.Staff, offersPath+"/{id}/bekraeft", r.showOffer)
	m.Post(authz.Staff, offersPath+"/{id}/bekraeft", r.confirmOffer)

	r.mountDate(m)
	r.mountAsks(m)
	r.mountInitiatives(m)
	r.mountInquiries(m)
	r.mountNumbers(m)
	r.mountColleagues(m)
	r.mountReports(m)
	r.mountSide(m)

	doorlist.Door{Cafes: r.Cafes, Rule: authz.Staff, Prefix: cafesPath, Manage: true, Frame: frame,
		Back: func(_ context.Context, o cafe.Occasion) *ui.Link {
			return &ui.Link{Label: o.Name, Href: cafesPath + "/" + o.Slug}
		}}.Mount(m)
}

// Frame puts a page of another room into the staff's area.
func Frame(ctx context.Context, p ui.Page) ui.Page { return frame(ctx, p) }

// frame puts a page into the staff's area.
func frame(ctx context.Context, p ui.Page) ui.Page {
	path := ui.ChromeFrom(ctx).Path
	p.Area, p.Private = ui.T(ctx, "staff.area"), true
	p.SubNav = []ui.NavItem{
		{Key: "staff.nav_overview", Href: home, Current: path == home},
		{Key: "staff.nav_cafes", Href: cafesPath},
		{Key: "asks.nav", Href: asksPath},
		{Key: "initiatives.nav", Href: initiativesPath},
		{Key: "workshops.nav", Href: "/workshops"},
		{Key: "inquiries.nav", Href: inquiriesPath},
		{Key: "concerns.nav", Href: concernsPath},
		{Key: "staff.nav_organisations", Href: organisationsPath},
		{Key: "numbers.nav", Href: numbersPath},
		{Key: "reports.nav", Href: reportsPath},
		{Key: "staff.nav_districts", Href: districtsPath},
		{Key: "colleagues.nav", Href: colleaguesPath},
		{Key: "mailprefs.nav", Href: "/mails"},
	}
	for i, item := range p.SubNav[1:] {
		p.SubNav[i+1].Current = path == item.Href || strings.HasPrefix(path, item.Href+"/")
	}
	return p
}

// How much the overview shows before it leads on.
const (
	someCafes  = 10
	someOffers = 6
	newFor     = 21 * 24 * time.Hour // how long an offer is new
)

// overview is what a member of staff looks at first.
type overview struct {
	name      string
	now       time.Time
	everybody bool // an administrator's, of all districts
	form      *form.State
	rows      []board.Row
	cafes     []cafe.Listing
	more      bool
	offers    []offer.Offer
	districts []district.Choice
	staff     []account.Choice
}

func (r Room) overview(q *route.Request) (route.Page, error) {
	v := overview{name: q.Actor.Name, now: q.Now(), everybody: q.Actor.Role == authz.Administrator, form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.own(q); err != nil {
		return route.Page{}, err
	}
	if v.rows, err = r.Board.Rows(q.Context(), q.Actor, board.Filter{District: v.form.Value("bydel"), Kind: board.Kind(v.form.Value("slags")), Person: parsed(v.form.Value("hvem"))}); err != nil {
		return route.Page{}, err
	}
	if v.staff, err = r.Accounts.StaffChoices(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	if v.cafes, v.more, err = r.Cafes.ForStaff(q.Context(), q.Actor, cafe.Filter{Limit: someCafes}); err != nil {
		return route.Page{}, err
	}
	if v.everybody || len(q.Actor.Districts) > 0 {
		if v.offers, err = r.Offers.Latest(q.Context(), q.Actor.Districts, q.Now().Add(-newFor), someOffers); err != nil {
			return route.Page{}, err
		}
	}
	return route.Show(overviewPage(v)), nil
}

func (r Room) askMorning(q *route.Request) (route.Page, error) {
	wanted, err := r.Board.Morning(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(morningPage(wanted)), nil
}

// wantMorning begins or ends the board by mail.
func (r Room) wantMorning(q *route.Request) (route.Page, error) {
	var typed struct {
		Want string `form:"want"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	if err := r.Board.WantMorning(q.Context(), q.Actor, typed.Want == "yes"); err != nil {
		return route.Page{}, err
	}
	if typed.Want == "yes" {
		return route.SeeOther(home).Saying("flash.board_morning"), nil
	}
	return route.SeeOther(home).Saying("flash.board_no_morning"), nil
}

// own are the districts the actor works in: an administrator in all of them.
func (r Room) own(q *route.Request) ([]district.Choice, error) {
	if q.Actor.Role == authz.Administrator {
		return r.Districts.Choices(q.Context())
	}
	return r.Districts.ByIDs(q.Context(), q.Actor.Districts)
}

// The kit's ways to read and fill a form, by their short names.
var (
	sent     = form.Moment
	readDate = form.Date
	ids      = form.IDs
	strs     = form.Strings
	inOrder  = form.InOrder
	blank    = form.Blank
)

const typedDate = form.TypedDate

// stale tells whether somebody else changed the thing since the form was
// opened.
func stale(state *form.State) bool {
	g := state.General()
	return g != nil && g.Kind == fault.Conflict
}
