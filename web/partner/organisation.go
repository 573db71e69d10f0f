package partner

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/peopleview"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Somebody who belongs to several organisations says in the address which one
// is meant: ?som=havefolket. It can be seen, shared and open twice, and it gives
// no rights: those come from belonging to it.

// asQuery is the part of an address that says which organisation is meant.
func asQuery(slug string) string {
	if !text.IsSlug(slug) {
		return ""
	}
	return "?" + url.Values{"som": {slug}}.Encode()
}

// chosen is the organisation that the address means: without a word the first.
// One that the actor does not belong to is none.
func chosen(q *route.Request) (authz.Membership, error) {
	slug := q.URL.Query().Get("som")
	for _, o := range q.Actor.Organisations {
		if slug == "" || o.Slug == slug {
			return o, nil
		}
	}
	return authz.Membership{}, fault.New(fault.NotFound, "")
}

// query is what the address says of a chosen organisation; nothing where there
// is no choice.
func query(a authz.Actor, o authz.Membership) string {
	if len(a.Organisations) < 2 {
		return ""
	}
	return asQuery(o.Slug)
}

// mine finds the organisation of an action's address; one that the actor does
// not belong to is none.
func mine(q *route.Request) (authz.Membership, error) {
	for _, o := range q.Actor.Organisations {
		if o.Slug == q.Param("slug") {
			return o, nil
		}
	}
	return authz.Membership{}, fault.New(fault.NotFound, "")
}

func (r Room) toOrganisation(q *route.Request) (route.Page, error) {
	o, err := mine(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(organisationPath + query(q.Actor, o)), nil
}

// stillActive says that an organisation is still there.
func (r Room) stillActive(q *route.Request) (route.Page, error) {
	o, err := mine(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Organisations.StillActive(q.Context(), q.Actor, o.OrganisationID); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(home + query(q.Actor, o)).Saying("flash.organisation_active"), nil
}

// switches leads from one of the actor's organisations to another, on the same
// page; nil where there is no choice.
func switches(ctx context.Context, a authz.Actor, path string, current uuid.UUID, all bool) templ.Component {
	if len(a.Organisations) < 2 {
		return nil
	}
	var links []ui.NavItem
	if all {
		links = append(links, ui.NavItem{Key: ui.T(ctx, "partner.all_organisations"), Href: path, Current: current == uuid.Nil})
	}
	for _, o := range a.Organisations {
		links = append(links, ui.NavItem{Key: o.Name, Href: path + asQuery(o.Slug), Current: o.OrganisationID == current})
	}
	return peopleview.Switch(ui.T(ctx, "partner.switch"), links)
}

// people is the organisation whose people the page shows.
func (r Room) people(q *route.Request) (peopleview.Place, error) {
	o, err := chosen(q)
	if err != nil {
		return peopleview.Place{}, err
	}
	return peopleview.Place{ID: o.OrganisationID, Name: o.Name, Path: peoplePath, Query: query(q.Actor, o), Editable: o.Contact, Open: true,
		Switch: switches(q.Context(), q.Actor, peoplePath, o.OrganisationID, false)}, nil
}

// ownOrganisation is the organisation's page, with its form for contacts.
type ownOrganisation struct {
	organisation.Organisation
	form      *form.State
	districts []district.Choice
	editable  bool
	query     string
	choice    templ.Component
}

func (v ownOrganisation) path() string { return organisationPath + v.query }

func (v ownOrganisation) stale() bool {
	g := v.form.General()
	return g != nil && g.Kind == fault.Conflict
}

func (r Room) readOrganisation(q *route.Request) (ownOrganisation, error) {
	m, err := chosen(q)
	if err != nil {
		return ownOrganisation{}, err
	}
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, m.Slug)
	if err != nil {
		return ownOrganisation{}, err
	}
	v := ownOrganisation{Organisation: o, editable: o.EditableBy(q.Actor), query: query(q.Actor, m),
		choice: switches(q.Context(), q.Actor, organisationPath, o.ID, false)}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return ownOrganisation{}, err
	}
	districts := make([]string, len(o.Districts))
	for i, d := range o.Districts {
		districts[i] = d.ID.String()
	}
	v.form = form.New(nil).Set("name", o.Name).Set("kind", string(o.Kind)).Set("about", o.About).Set("languages", o.Languages...).
		Set("cvr", o.CVR).Set("website", o.Website).Set("contact_name", o.ContactName).Set("contact_email", o.ContactEmail).
		Set("contact_phone", text.ShowPhone(o.ContactPhone)).Set("locale", o.ContactLocale).Set("districts", districts...).
		Set("updated_at", o.UpdatedAt.Format(time.RFC3339Nano))
	return v, nil
}

func (r Room) showOrganisation(q *route.Request) (route.Page, error) {
	if len(q.Actor.Organisations) == 0 {
		return route.SeeOther(home), nil // which tells why
	}
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(organisationPage(v)), nil
}

// typedOrganisation is the form as it is sent.
type typedOrganisation struct {
	Name         string   `form:"name"`
	Kind         string   `form:"kind"`
	About        string   `form:"about"`
	Languages    []string `form:"languages"`
	CVR          string   `form:"cvr"`
	Website      string   `form:"website"`
	ContactName  string   `form:"contact_name"`
	ContactEmail string   `form:"contact_email"`
	ContactPhone string   `form:"contact_phone"`
	Locale       string   `form:"locale"`
	Districts    []string `form:"districts"`
	UpdatedAt    string   `form:"updated_at"`
}

func (t typedOrganisation) input() organisation.Input {
	in := organisation.Input{Name: t.Name, Kind: organisation.Kind(t.Kind), About: t.About, Languages: t.Languages, CVR: t.CVR,
		Website: t.Website, ContactName: t.ContactName, ContactEmail: t.ContactEmail, ContactPhone: t.ContactPhone, Locale: t.Locale,
		Districts: make([]uuid.UUID, len(t.Districts))}
	// What cannot be read stays zero: no district, and nobody's latest.
	in.UpdatedAt, _ = time.Parse(time.RFC3339Nano, t.UpdatedAt)
	for i, d := range t.Districts {
		in.Districts[i], _ = uuid.Parse(d)
	}
	return in
}

func (r Room) saveOrganisation(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedOrganisation
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Organisations.Update(q.Context(), q.Actor, v.ID, typed.input())
	}
	if err != nil {
		v.form = state
		return route.Again(err, state, func() templ.Component { return organisationPage(v) })
	}
	return route.SeeOther(v.path()).Saying("flash.partner_organisation_saved"), nil
}
