package staff

import (
	"errors"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/account"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// organisationList is who waits, then everybody who is in.
type organisationList struct {
	form      *form.State
	districts []district.Choice
	waiting   []organisation.Organisation
	watched   organisation.Watched
	all       []organisation.Summary
}

func (v organisationList) filtered() bool {
	return v.form.Value("bydel") != "" || v.form.Value("slags") != "" || v.form.Value("ord") != ""
}

func (r Room) listOrganisations(q *route.Request) (route.Page, error) {
	if q.URL.Query().Get("vis") == viewSilent {
		return r.listSilent(q)
	}
	v := organisationList{form: form.New(q.URL.Query())}
	var err error
	if v.waiting, err = r.Organisations.Pending(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	if v.watched, err = r.Organisations.Watched(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	v.all, err = r.Organisations.List(q.Context(), organisation.Filter{District: v.form.Value("bydel"),
		Kind: organisation.Kind(v.form.Value("slags")), Words: v.form.Value("ord")})
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(organisationsPage(v)), nil
}

// organisationForm is one organisation: its form for those who may change it,
// the answer for those who may decide.
type organisationForm struct {
	organisation.Organisation // zero: a new one
	form                      *form.State
	refusal                   *form.State // the form with the reason
	districts                 []district.Choice
	editable, reviewable      bool
	reviewer                  bool // may shut it out, merge it, look at its changes
	unusualCVR                bool
	alike                     []organisation.Alike
	people                    []account.Person
	peopled                   bool // they are shown: the reader may see them, and some can be there
	history                   partnership.History
}

// stamp is the moment of what is shown, for presses that are about just that.
func (v organisationForm) stamp() string { return v.UpdatedAt.Format(time.RFC3339Nano) }

func (v organisationForm) fresh() bool { return v.Slug == "" }

func (v organisationForm) path() string {
	if v.fresh() {
		return organisationsPath + "/ny"
	}
	return organisationsPath + "/" + v.Slug
}

// faulty is the form whose mistakes stand above the page.
func (v organisationForm) faulty() *form.State {
	if len(v.refusal.Faults()) > 0 || v.refusal.General() != nil {
		return v.refusal
	}
	return v.form
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
	Approve      string   `form:"approve"`
}

func (t typedOrganisation) input() organisation.Input {
	return organisation.Input{Name: t.Name, Kind: organisation.Kind(t.Kind), About: t.About, Languages: t.Languages, CVR: t.CVR,
		Website: t.Website, ContactName: t.ContactName, ContactEmail: t.ContactEmail, ContactPhone: t.ContactPhone,
		Locale: t.Locale, Districts: ids(t.Districts), UpdatedAt: sent(t.UpdatedAt)}
}

func (r Room) newOrganisation(q *route.Request) (route.Page, error) {
	districts, err := r.Districts.Choices(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	state := form.New(nil).Set("locale", "da")
	if len(q.Actor.Districts) == 1 {
		state.Set("districts", strs(q.Actor.Districts)...)
	}
	return route.Show(organisationPage(organisationForm{form: state, refusal: form.New(nil), districts: districts, editable: true})), nil
}

func (r Room) createOrganisation(q *route.Request) (route.Page, error) {
	var typed typedOrganisation
	state, err := form.Bind(q.Request, &typed)
	var ref organisation.Ref
	if err == nil {
		ref, err = r.Organisations.Create(q.Context(), q.Actor, typed.input(), typed.Approve != "")
	}
	if err == nil {
		return route.SeeOther(organisationsPath + "/" + ref.Slug).Saying("flash.staff_organisation_created"), nil
	}
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v := organisationForm{form: state, refusal: form.New(nil), editable: true}
	var failed error
	if v.districts, failed = r.Districts.Choices(q.Context()); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return organisationPage(v) })
}

// readOrganisation is the page of one organisation, its form filled in from
// what is kept.
func (r Room) readOrganisation(q *route.Request) (organisationForm, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	switch {
	case err != nil:
		return organisationForm{}, err
	case o.Slug != q.Param("slug"):
		return organisationForm{Organisation: o}, errMerged
	}
	v := organisationForm{Organisation: o, refusal: form.New(nil), editable: o.EditableBy(q.Actor), reviewable: o.ReviewableBy(q.Actor),
		reviewer: q.Actor.MayReviewOrganisation(o.DistrictIDs()), unusualCVR: len(o.Input().Warnings()) > 0}
	if v.reviewable {
		if v.alike, err = r.Organisations.AlikeTo(q.Context(), q.Actor, o); err != nil {
			return organisationForm{}, err
		}
	}
	if v.peopled = !v.reviewable && q.Actor.MaySeePeople(o.ID, o.DistrictIDs()); v.peopled {
		if v.people, err = r.Accounts.People(q.Context(), q.Actor, o.ID); err != nil {
			return organisationForm{}, err
		}
	}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return organisationForm{}, err
	}
	if v.history, err = r.Partnership.History(q.Context(), q.Actor, o.ID, 1, someEvents); err != nil {
		return organisationForm{}, err
	}
	v.form = form.New(nil).Set("name", o.Name).Set("kind", string(o.Kind)).Set("about", o.About).Set("languages", o.Languages...).
		Set("cvr", o.CVR).Set("website", o.Website).Set("contact_name", o.ContactName).Set("contact_email", o.ContactEmail).
		Set("contact_phone", text.ShowPhone(o.ContactPhone)).Set("locale", o.ContactLocale).Set("districts", strs(o.DistrictIDs())...).
		Set("updated_at", o.UpdatedAt.Format(time.RFC3339Nano))
	return v, nil
}

func (r Room) showOrganisation(q *route.Request) (route.Page, error) {
	v, err := r.readOrganisation(q)
	if errors.Is(err, errMerged) {
		return route.Moved(v.path()), nil
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(organisationPage(v)), nil
}

func (r Room) saveOrganisation(q *route.Request) (route.Page, error) {
	var typed typedOrganisation
	state, err := form.Bind(q.Request, &typed)
	v, failed := r.readOrganisation(q)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		err = r.Organisations.Update(q.Context(), q.Actor, v.ID, typed.input())
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.staff_organisation_saved"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return organisationPage(v) })
}

// stillActive says that an organisation is still there: staff have spoken with it.
func (r Room) stillActive(q *route.Request) (route.Page, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Organisations.StillActive(q.Context(), q.Actor, o.ID); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(organisationsPath + "/" + o.Slug).Saying("flash.organisation_active"), nil
}

// toOrganisation leads those who reload an answer's address to the page it was
// given on.
func (r Room) toOrganisation(q *route.Request) (route.Page, error) {
	return route.SeeOther(organisationsPath + "/" + q.Param("slug")), nil
}

func (r Room) approve(q *route.Request) (route.Page, error) {
	var in struct {
		Back string `form:"back"`
	}
	state, err := form.Bind(q.Request, &in)
	v, failed := r.readOrganisation(q)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		err = r.Organisations.Approve(q.Context(), q.Actor, v.ID)
	}
	if err != nil {
		return r.decidedAgain(q, err, state, v)
	}
	back := v.path()
	if in.Back == home || in.Back == organisationsPath { // the lists have the press too
		back = in.Back
	}
	return route.SeeOther(back).Saying("flash.staff_organisation_approved"), nil
}

func (r Room) decline(q *route.Request) (route.Page, error) {
	var in struct {
		Reason string `form:"reason"`
	}
	state, err := form.Bind(q.Request, &in)
	v, failed := r.readOrganisation(q)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		err = r.Organisations.Decline(q.Context(), q.Actor, v.ID, in.Reason)
	}
	if err != nil {
		return r.decidedAgain(q, err, state, v)
	}
	return route.SeeOther(v.path()).Saying("flash.staff_organisation_declined"), nil
}

// decidedAgain shows the page once more. A second press finds the answer that
// the first one gave.
func (r Room) decidedAgain(q *route.Request, err error, state *form.State, v organisationForm) (route.Page, error) {
	if fault.Is(err, fault.Conflict) {
		var failed error
		if v, failed = r.readOrganisation(q); failed != nil {
			return route.Page{}, failed
		}
	}
	v.refusal = state
	return route.Again(err, state, func() templ.Component { return organisationPage(v) })
}
