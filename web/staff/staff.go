// Package staff is where the municipality's own people work: what waits for
// them, the districts, the partners, the cafés and their dates.
package staff

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
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

	m.Get(authz.Staff, districtsPath, r.listDistricts)
	m.Get(authz.Staff, districtsPath+"/ny", r.newDistrict)
	m.PostLarge(authz.Staff, districtsPath+"/ny", r.createDistrict)
	m.Get(authz.Staff, districtsPath+"/{slug}", r.editDistrict)
	m.PostLarge(authz.Staff, districtsPath+"/{slug}", r.saveDistrict)

	m.Get(authz.Staff, organisationsPath, r.listOrganisations)
	m.Get(authz.Staff, organisationsPath+"/ny", r.newOrganisation)
	m.Post(authz.Staff, organisationsPath+"/ny", r.createOrganisation)
	m.Get(authz.Staff, organisationsPath+"/{slug}", r.showOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}", r.saveOrganisation)
	m.Get(authz.Staff, organisationsPath+"/{slug}/godkend", r.toOrganisation)
	m.Post(authz.Staff, organisationsPath+"/{slug}/godkend", r.approve)
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
	r.mountNumbers(m)

	doorlist.Door{Cafes: r.Cafes, Rule: authz.Staff, Prefix: cafesPath, Manage: true, Frame: frame,
		Back: func(_ context.Context, o cafe.Occasion) *ui.Link {
			return &ui.Link{Label: o.Name, Href: cafesPath + "/" + o.Slug}
		}}.Mount(m)
}

// frame puts a page into the staff's area.
func frame(ctx context.Context, p ui.Page) ui.Page {
	path := ui.ChromeFrom(ctx).Path
	p.Area, p.Private = ui.T(ctx, "staff.area"), true
	p.SubNav = []ui.NavItem{
		{Key: "staff.nav_overview", Href: home, Current: path == home},
		{Key: "staff.nav_cafes", Href: cafesPath},
		{Key: "asks.nav", Href: asksPath},
		{Key: "staff.nav_organisations", Href: organisationsPath},
		{Key: "numbers.nav", Href: numbersPath},
		{Key: "staff.nav_districts", Href: districtsPath},
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
	mostUnsure = 20
	newFor     = 21 * 24 * time.Hour // how long an offer is new
)

// overview is what a member of staff looks at first.
type overview struct {
	name      string
	now       time.Time
	everybody bool // an administrator's, of all districts
	waiting   []organisation.Organisation
	cafes     []cafe.Listing
	more      bool
	offers    []offer.Offer
	unsure    []offer.Offer // that nobody has confirmed
	districts []district.Choice
}

func (r Room) overview(q *route.Request) (route.Page, error) {
	v := overview{name: q.Actor.Name, now: q.Now(), everybody: q.Actor.Role == authz.Administrator}
	var err error
	if v.districts, err = r.own(q); err != nil {
		return route.Page{}, err
	}
	if v.waiting, err = r.Organisations.Pending(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	if v.cafes, v.more, err = r.Cafes.ForStaff(q.Context(), q.Actor, cafe.Filter{Limit: someCafes}); err != nil {
		return route.Page{}, err
	}
	if v.everybody || len(q.Actor.Districts) > 0 {
		if v.offers, err = r.Offers.Latest(q.Context(), q.Actor.Districts, q.Now().Add(-newFor), someOffers); err != nil {
			return route.Page{}, err
		}
		if v.unsure, err = r.Offers.Waiting(q.Context(), q.Actor.Districts, mostUnsure); err != nil {
			return route.Page{}, err
		}
	}
	return route.Show(overviewPage(v)), nil
}

// own are the districts the actor works in: an administrator in all of them.
func (r Room) own(q *route.Request) ([]district.Choice, error) {
	if q.Actor.Role == authz.Administrator {
		return r.Districts.Choices(q.Context())
	}
	return r.Districts.ByIDs(q.Context(), q.Actor.Districts)
}

// sent is a moment as a form carries it; one that cannot be read is none, and
// so nobody's latest.
func sent(s string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

// typedDate is how a date stands in a form's field.
const typedDate = "02.01.2006"

// readDate takes a date as people write it, or as addresses do.
func readDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2.1.2006", "2/1/2006", "2-1-2006", cafe.DateFormat} {
		if d, err := time.Parse(layout, strings.TrimSpace(s)); err == nil && d.Year() > 1800 && d.Year() < 3000 {
			return d, true
		}
	}
	return time.Time{}, false
}

// ids reads what a list of choices sent. One that is none is kept as an
// unknown id, so that the service refuses it.
func ids(values []string) []uuid.UUID {
	list := make([]uuid.UUID, len(values))
	for i, v := range values {
		list[i], _ = uuid.Parse(v)
	}
	return list
}

func strs(list []uuid.UUID) []string {
	values := make([]string, len(list))
	for i, id := range list {
		values[i] = id.String()
	}
	return values
}

// inOrder sorts mistakes as the form shows its fields and keeps the first of
// each field. Names with rows in them stand under the name before the bracket.
func inOrder(f fault.Fields, fields ...string) fault.Fields {
	place := func(name string) int {
		head, _, _ := strings.Cut(name, "[")
		for i, field := range fields {
			if field == head {
				return i
			}
		}
		return len(fields)
	}
	var sorted fault.Fields
	for i := 0; i <= len(fields); i++ {
		for _, one := range f {
			if place(one.Name) == i {
				sorted.Add(one.Name, one.Key, one.Args...)
			}
		}
	}
	return sorted
}

// stale tells whether somebody else changed the thing since the form was
// opened.
func stale(state *form.State) bool {
	g := state.General()
	return g != nil && g.Kind == fault.Conflict
}
