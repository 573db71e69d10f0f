// Package districts shows the districts: on the map, and each with what it is
// good at first.
package districts

import (
	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/initiative"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/workshop"
	"mellemrum/web/brake"
	"mellemrum/web/route"
)

// Room is the districts' pages.
type Room struct {
	Districts     *district.Service
	Cafes         *cafe.Service
	Offers        *offer.Service
	Organisations *organisation.Service
	Initiatives   *initiative.Service
	Asks          *ask.Service
	Workshops     *workshop.Service

	// Anybody may say what a district is good at: one address a few times.
	brake *brake.Brake
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	r.brake = brake.New(tries, pause)
	m.Get(authz.Public, "/bydele", r.list)
	m.Get(authz.Public, "/bydele/{slug}", r.show)
	m.Get(authz.Public, "/bydele/{slug}/svar", r.answers)
	m.Get(authz.Public, "/bydele/{slug}/styrke", r.newStrength)
	m.Post(authz.Public, "/bydele/{slug}/styrke", r.suggest)
	m.Get(authz.Public, "/styrke/{token}", r.receipt)
	m.Get(authz.Public, "/styrke/{token}/slet", r.receipt)
	m.Post(authz.Public, "/styrke/{token}/slet", r.withdraw)
}

func (r Room) list(q *route.Request) (route.Page, error) {
	all, err := r.Districts.List(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	drawn, err := r.Districts.Map(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(all, drawn)), nil
}

// How much of each a district's page shows before it leads on.
const (
	someCafes   = 4
	someOffers  = 6
	someAnswers = 2
	mostAnswers = 100 // on the page of their own
)

type detail struct {
	district.District
	drawn      district.Map
	cafes      []cafe.Listing
	offers     []offer.Offer
	moreOffers bool
	kinds      []kind
	together   []initiative.Listing
	asks       []ask.Listing
	answers    []initiative.DistrictAnswer
	workshops  []workshop.Seen
}

// kind is the organisations of one kind.
type kind struct {
	organisation.Kind
	list []organisation.Summary
}

func (r Room) show(q *route.Request) (route.Page, error) {
	ctx := q.Context()
	d, err := r.Districts.BySlug(ctx, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	v := detail{District: d}
	if v.drawn, err = r.Districts.MapFor(ctx, d); err != nil {
		return route.Page{}, err
	}
	if v.cafes, _, err = r.Cafes.Coming(ctx, cafe.Filter{District: d.Slug, Limit: someCafes}); err != nil {
		return route.Page{}, err
	}
	found, err := r.Offers.Search(ctx, offer.Filter{District: d.Slug})
	if err != nil {
		return route.Page{}, err
	}
	v.offers = found.Offers[:min(len(found.Offers), someOffers)]
	v.moreOffers = found.Total > len(v.offers)
	organisations, err := r.Organisations.List(ctx, organisation.Filter{District: d.Slug})
	if err != nil {
		return route.Page{}, err
	}
	v.kinds = byKind(organisations)
	together, err := r.Initiatives.List(ctx, initiative.Filter{District: d.Slug})
	if err != nil {
		return route.Page{}, err
	}
	v.together = together.Initiatives
	if v.asks, err = r.Asks.Public(ctx, d.Slug); err != nil {
		return route.Page{}, err
	}
	if v.workshops, err = r.Workshops.Coming(ctx, d.Slug); err != nil {
		return route.Page{}, err
	}
	if v.answers, err = r.Initiatives.InDistrict(ctx, d.Slug, someAnswers+1); err != nil {
		return route.Page{}, err
	}
	return route.Show(showPage(v)), nil
}

// byKind keeps the order of kinds and, within each, of names.
func byKind(all []organisation.Summary) []kind {
	var list []kind
	for _, k := range organisation.Kinds {
		one := kind{Kind: k}
		for _, o := range all {
			if o.Kind == k {
				one.list = append(one.list, o)
			}
		}
		if len(one.list) > 0 {
			list = append(list, one)
		}
	}
	return list
}
