// Package workshops is where people who work together plan a meeting, write it
// down the same evening and follow what was promised; and where those who are
// invited say whether they come.
package workshops

import (
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/organisation"
	"mellemrum/internal/workshop"
	"mellemrum/web/brake"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is the workshops' pages.
type Room struct {
	Workshops     *workshop.Service
	Initiatives   *initiative.Service
	Organisations *organisation.Service

	brake *brake.Brake
}

const (
	home       = "/workshops"
	invitePath = "/workshop"
	tasksPath  = "/handlinger"
)

// How often one address may put somebody down.
const (
	tries = 12
	pause = time.Minute
)

// Mount adds the room's pages. Who may run a workshop, the service decides.
func (r Room) Mount(m *route.Mux) {
	r.brake = brake.New(tries, pause)
	m.Get(authz.SignedIn, home, r.list)
	m.Get(authz.SignedIn, home+"/ny", r.newWorkshop)
	m.Post(authz.SignedIn, home+"/ny", r.plan)
	const one = home + "/{id}"
	m.Get(authz.SignedIn, one, r.running(r.show))
	for _, p := range []struct {
		last      string
		get, post func(*route.Request, detail) (route.Page, error)
	}{
		{"/rediger", r.edit, r.save},
		{"/inviter", r.chooseInvited, r.invite},
		{"/aflys", r.askCancel, r.cancel},
		{"/send", r.show, r.mailMinutes},
		{"/beboere", r.show, r.keepRecord},
	} {
		m.Get(authz.SignedIn, one+p.last, r.running(p.get))
		m.Post(authz.SignedIn, one+p.last, r.running(p.post))
	}
	m.Get(authz.SignedIn, one+"/referat", r.running(r.editRecord))
	m.PostLarge(authz.SignedIn, one+"/referat", r.running(r.writeUp))
	m.Get(authz.Public, one+"/kom-med", r.askDown)
	m.Post(authz.Public, one+"/kom-med", r.putDown)

	m.Get(authz.Public, invitePath+"/{token}", r.invitation)
	m.Post(authz.Public, invitePath+"/{token}", r.respond)
	m.Get(authz.Public, invitePath+"/{token}/slet", r.invitation)
	m.Post(authz.Public, invitePath+"/{token}/slet", r.withdraw)
	m.Get(authz.Public, invitePath+"/{token}/kalender.ics", r.calendar)
	m.Get(authz.Public, invitePath+"/{token}/feed.ics", r.feed)

	m.Get(authz.SignedIn, tasksPath, r.tasks)
	m.Get(authz.SignedIn, tasksPath+"/{id}", toTasks)
	m.Post(authz.SignedIn, tasksPath+"/{id}", r.finish)
}

// detail is a workshop as those who run it see it.
type detail struct {
	workshop.Workshop
	now  time.Time
	form *form.State
}

func (v detail) path() string { return home + "/" + v.ID.String() }

// aboutPath is where the thing it is about is worked on.
func (v detail) aboutPath() string {
	if v.OfInitiative() {
		return "/initiativer/" + v.Slug + "/arbejde"
	}
	return "/bydele/" + v.Slug
}

// recordable tells whether how residents took part can be put on record from it.
func (v detail) recordable() bool {
	return v.OfInitiative() && v.WrittenAt != nil && !v.Recorded && !v.AboutEnded
}

// mailed tells whether the minutes were sent as they are now.
func (v detail) mailed() bool { return v.MailedVersion != nil && *v.MailedVersion == v.Version }

// running opens a page to those who may run the workshop.
func (r Room) running(h func(*route.Request, detail) (route.Page, error)) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		id, err := q.UUID("id")
		if err != nil {
			return route.Page{}, err
		}
		w, err := r.Workshops.ByID(q.Context(), q.Actor, id)
		if err != nil {
			return route.Page{}, err
		}
		return h(q, detail{w, q.Now(), form.New(nil)})
	}
}

func (r Room) list(q *route.Request) (route.Page, error) {
	list, err := r.Workshops.List(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(list, q.Now())), nil
}

func (r Room) show(_ *route.Request, v detail) (route.Page, error) {
	return route.Show(workshopPage(v)), nil
}

// planning is a workshop as it is planned.
type planning struct {
	form   *form.State
	about  string
	action string
	back   ui.Link
	fresh  bool
}

type typedPlan struct {
	ID      string `form:"id"`
	Title   string `form:"title"`
	Date    string `form:"date"`
	Starts  string `form:"starts"`
	Ends    string `form:"ends"`
	Place   string `form:"place"`
	Link    string `form:"link"`
	Open    string `form:"open"`
	Agenda  string `form:"agenda"`
	Version int    `form:"version"`
}

func (t typedPlan) input() workshop.Input {
	in := workshop.Input{Title: t.Title, Place: t.Place, Link: t.Link, Open: t.Open != "", Agenda: t.Agenda, Version: t.Version}
	in.ID, _ = uuid.Parse(t.ID) // none: it gets one
	if in.ID == uuid.Nil {
		in.ID = uuid.Must(uuid.NewV7())
	}
	date, ok := form.Date(t.Date)
	if !ok {
		return in
	}
	starts, begins := form.At(date, t.Starts)
	ends, finishes := form.At(date, t.Ends)
	if begins {
		in.StartsAt = starts
	}
	if finishes {
		in.EndsAt = ends
	}
	return in
}

var planOrder = []string{"title", "date", "starts", "ends", "place", "link", "open", "agenda"}

// inOrder names a missing clock time at its own field.
func (t typedPlan) inOrder(err error) error {
	f := fault.FieldsOf(err)
	if len(f) == 0 {
		return err
	}
	if _, ok := form.Date(t.Date); ok && f.Has("date") {
		var g fault.Fields
		for _, one := range f {
			if one.Name == "date" && one.Key == "errors.field_date_invalid" {
				one.Name, one.Key = "starts", "errors.field_time_invalid"
			}
			g.Add(one.Name, one.Key, one.Args...)
		}
		f = g
	}
	return form.InOrder(f, planOrder...).Err()
}

func (r Room) newWorkshop(q *route.Request) (route.Page, error) {
	v, err := r.readNew(q)
	if err != nil {
		return route.Page{}, err
	}
	v.form = form.New(nil).Set("id", uuid.Must(uuid.NewV7()).String()).Set("open", "1")
	return route.Show(planPage(v)), nil
}

func (r Room) readNew(q *route.Request) (planning, error) {
	of := q.URL.Query()
	about, err := r.Workshops.May(q.Context(), q.Actor, of.Get("initiativ"), of.Get("bydel"))
	back := ui.Link{Label: about, Href: "/initiativer/" + of.Get("initiativ") + "/arbejde"}
	if of.Get("initiativ") == "" {
		back.Href = "/bydele/" + of.Get("bydel")
	}
	return planning{about: about, action: home + "/ny?" + url.Values{"initiativ": of["initiativ"], "bydel": of["bydel"]}.Encode(), back: back, fresh: true}, err
}

func (r Room) plan(q *route.Request) (route.Page, error) {
	v, err := r.readNew(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedPlan
	v.form, err = form.Bind(q.Request, &typed)
	in := typed.input()
	in.Initiative, in.District = q.URL.Query().Get("initiativ"), q.URL.Query().Get("bydel")
	if err == nil {
		err = typed.inOrder(r.Workshops.Plan(q.Context(), q.Actor, in))
	}
	if err != nil {
		return route.Again(err, v.form, func() templ.Component { return planPage(v) })
	}
	return route.SeeOther(home + "/" + in.ID.String() + "/inviter").Saying("flash.workshop_planned"), nil
}

func (v detail) planning(state *form.State) planning {
	return planning{form: state, about: v.About, action: v.path() + "/rediger", back: ui.Link{Label: v.Title, Href: v.path()}}
}

func (r Room) edit(_ *route.Request, v detail) (route.Page, error) {
	start, end := v.StartsAt.In(i18n.Zone), v.EndsAt.In(i18n.Zone)
	state := form.New(nil).Set("title", v.Title).Set("date", start.Format(form.TypedDate)).Set("starts", start.Format("15:04")).Set("ends", end.Format("15:04")).
		Set("place", v.Place).Set("link", v.Link).Set("agenda", v.Agenda).Set("version", number(v.Version))
	if v.Open {
		state.Set("open", "1")
	}
	return route.Show(planPage(v.planning(state))), nil
}

func (r Room) save(q *route.Request, v detail) (route.Page, error) {
	var typed typedPlan
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = typed.inOrder(r.Workshops.Update(q.Context(), q.Actor, v.ID, typed.input()))
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return planPage(v.planning(state)) })
	}
	return route.SeeOther(v.path()).Saying("flash.workshop_saved"), nil
}

// inviting is who can be invited.
type inviting struct {
	detail
	parties []initiative.Party // that are not invited yet
	others  []organisation.Summary
}

func (r Room) readInviting(q *route.Request, v detail) (inviting, error) {
	in := inviting{detail: v}
	invited := map[uuid.UUID]bool{}
	for _, i := range v.Invitees {
		if i.OrganisationID != nil {
			invited[*i.OrganisationID] = true
		}
	}
	if v.OfInitiative() {
		i, err := r.Initiatives.BySlug(q.Context(), q.Actor, v.Slug)
		if err != nil {
			return in, err
		}
		for _, p := range i.Parties {
			if !invited[p.OrganisationID] {
				in.parties = append(in.parties, p)
				invited[p.OrganisationID] = true
			}
		}
	}
	all, err := r.Organisations.List(q.Context(), organisation.Filter{})
	if err != nil {
		return in, err
	}
	for _, o := range all {
		if !invited[o.ID] {
			in.others = append(in.others, o)
		}
	}
	return in, nil
}

func (r Room) chooseInvited(q *route.Request, v detail) (route.Page, error) {
	in, err := r.readInviting(q, v)
	if err != nil {
		return route.Page{}, err
	}
	in.form = form.New(nil)
	var first []string // those who work on it
	for _, p := range in.parties {
		first = append(first, p.OrganisationID.String())
	}
	in.form.Set("organisations", first...)
	return route.Show(invitePage(in)), nil
}

func (r Room) invite(q *route.Request, v detail) (route.Page, error) {
	var typed struct {
		Organisations []string `form:"organisations"`
		Role          string   `form:"role"`
		Name          string   `form:"name"`
		Email         string   `form:"email"`
		Phone         string   `form:"phone"`
		Guest         string   `form:"guest"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		var guest *workshop.Guest
		if typed.Guest != "" {
			guest = &workshop.Guest{Role: workshop.Role(typed.Role), Name: typed.Name, Email: typed.Email, Phone: typed.Phone, Locale: q.Locale.Code}
		}
		_, err = r.Workshops.Invite(q.Context(), q.Actor, v.ID, form.IDs(typed.Organisations), guest)
	}
	if err == nil {
		return route.SeeOther(v.path() + "/inviter").Saying("flash.workshop_invited"), nil
	}
	in, failed := r.readInviting(q, v)
	if failed != nil {
		return route.Page{}, failed
	}
	in.form = state
	return route.Again(err, state, func() templ.Component { return invitePage(in) })
}

func (r Room) askCancel(_ *route.Request, v detail) (route.Page, error) {
	return route.Show(cancelPage(v)), nil
}

func (r Room) cancel(q *route.Request, v detail) (route.Page, error) {
	var typed struct {
		Reason string `form:"reason"`
	}
	var err error
	if v.form, err = form.Bind(q.Request, &typed); err == nil {
		err = r.Workshops.Cancel(q.Context(), q.Actor, v.ID, typed.Reason)
	}
	if err != nil {
		return route.Again(err, v.form, func() templ.Component { return cancelPage(v) })
	}
	return route.SeeOther(v.path()).Saying("flash.workshop_cancelled"), nil
}

// mailMinutes sends what was written down to everybody invited.
func (r Room) mailMinutes(q *route.Request, v detail) (route.Page, error) {
	if err := r.Workshops.MailMinutes(q.Context(), q.Actor, v.ID); err != nil {
		return v.again(err)
	}
	return route.SeeOther(v.path()).Saying("flash.workshop_mailed"), nil
}

// keepRecord puts on record how residents took part, from what was written
// down. The record has the workshop's own id, so that two presses keep one.
func (r Room) keepRecord(q *route.Request, v detail) (route.Page, error) {
	if !v.OfInitiative() {
		return route.Page{}, fault.New(fault.NotFound, "")
	}
	in := initiative.Involvement{ID: v.ID, HeldOn: i18n.Day(v.StartsAt), How: initiative.AtWorkshop, Residents: v.Residents, Said: v.Said(), Changed: v.Changed}
	for _, o := range v.Objections {
		in.Objections = append(in.Objections, initiative.Objection(o))
	}
	err := r.Initiatives.Record(q.Context(), q.Actor, *v.InitiativeID, in)
	if len(fault.FieldsOf(err)) > 0 { // what is missing is missing in what was written down
		err = fault.New(fault.Conflict, "workshops.record_lacks")
	}
	if err != nil {
		return v.again(err)
	}
	return route.SeeOther(v.path()).Saying("flash.workshop_recorded"), nil
}

// again shows the page with what was refused.
func (v detail) again(err error) (route.Page, error) {
	v.form = form.New(nil)
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	return route.Again(err, v.form, func() templ.Component { return workshopPage(v) })
}
