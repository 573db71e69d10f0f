package staff

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

func (r Room) mountDistricts(m *route.Mux) {
	at := districtsPath + "/{slug}"
	m.Get(authz.Staff, at+"/start", r.showStart)
	m.Post(authz.Staff, at+"/start", r.inviteBroadly)
	m.Get(authz.Staff, at+"/styrker", r.listSuggestions)
	m.Get(authz.Staff, at+"/styrker/{id}", r.showSuggestion)
	m.Post(authz.Staff, at+"/styrker/{id}", r.decideSuggestion)
}

// startPlace is how far work in a district has come, and who is to be invited.
type startPlace struct {
	district.Start
	form *form.State
}

func (v startPlace) path() string { return districtsPath + "/" + v.Slug + "/start" }

func inviteField(k district.ActorKind) string { return "invite_" + string(k) }

// stepPath is where a step is done.
func (v startPlace) stepPath(s district.Step) string {
	switch s.Name {
	case "strengths", "contact":
		return districtsPath + "/" + v.Slug
	case "workshop":
		return "/workshops/ny?bydel=" + v.Slug
	}
	return v.path() + "#" + s.Name
}

func (r Room) readStart(q *route.Request) (startPlace, error) {
	s, err := r.Districts.Beginning(q.Context(), q.Actor, q.Param("slug"))
	return startPlace{s, form.New(nil)}, err
}

func (r Room) showStart(q *route.Request) (route.Page, error) {
	v, err := r.readStart(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(startPage(v)), nil
}

func (r Room) inviteBroadly(q *route.Request) (route.Page, error) {
	v, err := r.readStart(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Words          string `form:"words"`
		Housing        string `form:"invite_housing"`
		ResidentsBoard string `form:"invite_residents_board"`
		Associations   string `form:"invite_associations"`
		Faith          string `form:"invite_faith"`
		Schools        string `form:"invite_schools"`
		Business       string `form:"invite_business"`
		Police         string `form:"invite_police"`
		Departments    string `form:"invite_departments"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		var list []district.Invitation
		for _, k := range district.ActorKinds {
			list = append(list, district.Invitations(k, state.Value(inviteField(k)))...)
		}
		_, err = r.Districts.InviteBroadly(q.Context(), q.Actor, v.Slug, list, typed.Words)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.start_invited"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return startPage(v) })
}

// suggestionList is what residents say that a district is good at.
type suggestionList struct {
	district.District
	list []district.Suggested
}

func (v suggestionList) path() string { return districtsPath + "/" + v.Slug + "/styrker" }

// suggestionPlace is one of them, which is declined with a reply.
type suggestionPlace struct {
	suggestionList
	one  district.Suggested
	form *form.State
}

func (v suggestionPlace) at() string { return v.path() + "/" + v.one.ID.String() }

func (r Room) readSuggestions(q *route.Request) (v suggestionList, err error) {
	if v.list, err = r.Districts.Suggestions(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	v.District, err = r.Districts.BySlug(q.Context(), q.Param("slug"))
	return v, err
}

func (r Room) listSuggestions(q *route.Request) (route.Page, error) {
	v, err := r.readSuggestions(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(suggestionsPage(v)), nil
}

func (r Room) readSuggestion(q *route.Request) (suggestionPlace, error) {
	v := suggestionPlace{form: form.New(nil)}
	id, err := q.UUID("id")
	if err != nil {
		return v, err
	}
	if v.suggestionList, err = r.readSuggestions(q); err != nil {
		return v, err
	}
	for _, s := range v.list {
		if s.ID == id {
			v.one = s
			return v, nil
		}
	}
	return v, fault.New(fault.NotFound, "")
}

func (r Room) showSuggestion(q *route.Request) (route.Page, error) {
	v, err := r.readSuggestion(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(suggestionPage(v)), nil
}

func (r Room) decideSuggestion(q *route.Request) (route.Page, error) {
	v, err := r.readSuggestion(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Take  string `form:"take"`
		Reply string `form:"reply"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Districts.Decide(q.Context(), q.Actor, v.one.ID, typed.Take == "yes", typed.Reply)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.strength_decided"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return suggestionPage(v) })
}

// actorNames are the organisations of a kind of actor.
func actorNames(ctx context.Context, v startPlace, k district.ActorKind) string {
	return i18n.From(ctx).List(v.Kinds[k])
}

// invitedOf are those who were asked of a kind of actor.
func (v startPlace) invitedOf(k district.ActorKind) (list []district.Invited) {
	for _, i := range v.Invited {
		if i.Actor == k {
			list = append(list, i)
		}
	}
	return list
}

func invitedNames(ctx context.Context, list []district.Invited) string {
	names := make([]string, len(list))
	for i, one := range list {
		names[i] = one.Name
		if one.Arrived {
			names[i] = ui.T(ctx, "start.arrived", "Name", one.Name)
		}
	}
	return strings.Join(names, " · ")
}
