package staff

import (
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/peopleview"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// The last parts of the addresses of what staff do with an organisation.
const (
	lastPeople    = "/personer"
	lastLookedAt  = "/gennemgaaet"
	lastPutBack   = "/tilbage"
	lastSuspend   = "/luk"
	lastReinstate = "/aabn"
	lastMerge     = "/saml"
)

func (r Room) mountOrganisations(m *route.Mux) {
	at := organisationsPath + "/{slug}"
	peopleview.Desk{Accounts: r.Accounts, Rule: authz.Staff, Prefix: at + lastPeople, Find: r.organisationPeople, Frame: frame,
		Left: organisationsPath}.Mount(m)
	for _, p := range []struct {
		last string
		do   route.Handler
	}{{lastLookedAt, r.lookedAt}, {lastPutBack, r.putBack}, {lastSuspend, r.suspend}, {lastReinstate, r.reinstate}} {
		m.Get(authz.Staff, at+p.last, r.toOrganisation)
		m.Post(authz.Staff, at+p.last, p.do)
	}
	m.Get(authz.Staff, at+lastMerge, r.showMerge)
	m.Post(authz.Staff, at+lastMerge, r.merge)
}

// organisationPeople is the organisation whose people staff look at.
func (r Room) organisationPeople(q *route.Request) (peopleview.Place, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	if err == nil && o.Slug != q.Param("slug") {
		err = errMerged
	}
	if err != nil {
		return peopleview.Place{}, err
	}
	path := organisationsPath + "/" + o.Slug
	return peopleview.Place{ID: o.ID, Name: o.Name, Path: path + lastPeople, Back: &ui.Link{Label: o.Name, Href: path},
		Editable: o.EditableBy(q.Actor), Open: o.Status == organisation.Approved}, nil
}

// errMerged answers presses on a page of an organisation that has become part
// of another meanwhile: they were not meant for the other.
var errMerged = fault.New(fault.Gone, "organisations.merged_gone")

// seen is the moment of the organisation that the press was made on.
func seen(q *route.Request) (time.Time, *form.State, error) {
	var in struct {
		UpdatedAt string `form:"updated_at"`
	}
	state, err := form.Bind(q.Request, &in)
	return sent(in.UpdatedAt), state, err
}

func (r Room) lookedAt(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	updated, state, err := seen(q)
	if err == nil {
		err = r.Organisations.LookedAt(q.Context(), q.Actor, v.ID, updated)
	}
	if err != nil {
		return r.decidedAgain(q, err, state, v)
	}
	return route.SeeOther(v.path()).Saying("flash.people_looked_at"), nil
}

func (r Room) putBack(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	updated, state, err := seen(q)
	if err == nil {
		err = r.Organisations.PutBack(q.Context(), q.Actor, v.ID, updated)
	}
	if err != nil {
		return r.decidedAgain(q, err, state, v)
	}
	return route.SeeOther(v.path()).Saying("flash.people_put_back"), nil
}

func (r Room) suspend(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Reason string `form:"reason"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		err = r.Organisations.Suspend(q.Context(), q.Actor, v.ID, in.Reason)
	}
	if err != nil {
		return r.decidedAgain(q, err, state, v)
	}
	return route.SeeOther(v.path()).Saying("flash.people_suspended"), nil
}

func (r Room) reinstate(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Organisations.Reinstate(q.Context(), q.Actor, v.ID); err != nil {
		return r.decidedAgain(q, err, form.New(nil), v)
	}
	return route.SeeOther(v.path()).Saying("flash.people_reinstated"), nil
}

// merging is the page on which two organisations become one.
type merging struct {
	organisation.Organisation // the one that ends
	form                      *form.State
	others                    []organisation.Choice
	moving                    *organisation.Moving // nil: no other is chosen
}

func (v merging) path() string { return organisationsPath + "/" + v.Slug }

// readMerge is for those who may review the organisation; for others there is
// no such page.
func (r Room) readMerge(q *route.Request, state *form.State) (merging, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	switch {
	case err != nil:
		return merging{}, err
	case o.Slug != q.Param("slug"):
		return merging{}, errMerged
	case !q.Actor.MayReviewOrganisation(o.DistrictIDs()):
		return merging{}, fault.New(fault.Forbidden, "")
	}
	v := merging{Organisation: o, form: state}
	all, err := r.Organisations.Choices(q.Context())
	for _, c := range all {
		if c.ID != o.ID {
			v.others = append(v.others, c)
		}
	}
	return v, err
}

func (r Room) showMerge(q *route.Request) (route.Page, error) {
	v, err := r.readMerge(q, form.New(q.URL.Query()))
	if err != nil {
		return route.Page{}, err
	}
	if q.URL.Query().Get("into") == "" {
		return route.Show(mergePage(v)), nil
	}
	m, err := r.Organisations.Merging(q.Context(), q.Actor, v.ID, v.form.Value("into"))
	if err != nil {
		return r.mergeAgain(err, v)
	}
	v.moving = &m
	return route.Show(mergePage(v)), nil
}

func (r Room) mergeAgain(err error, v merging) (route.Page, error) {
	return route.Again(err, v.form, func() templ.Component { return mergePage(v) })
}

func (r Room) merge(q *route.Request) (route.Page, error) {
	var in struct {
		Into  string `form:"into"`
		ID    string `form:"into_id"`
		Stamp string `form:"stamp"`
	}
	state, err := form.Bind(q.Request, &in)
	v, failed := r.readMerge(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	into, _ := uuid.Parse(in.ID) // one that is none was not shown either
	if err == nil && (into == uuid.Nil || in.Stamp == "") {
		return route.SeeOther(v.path() + lastMerge), nil // nothing was shown that could be confirmed
	}
	if err == nil {
		err = r.Organisations.Merge(q.Context(), q.Actor, v.ID, into, in.Stamp)
	}
	if err != nil {
		if m, failed := r.Organisations.Merging(q.Context(), q.Actor, v.ID, in.Into); failed == nil {
			v.moving = &m // as it is now
		}
		return r.mergeAgain(err, v)
	}
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, v.Slug)
	return route.SeeOther(organisationsPath + "/" + o.Slug).Saying("flash.people_merged"), err
}
