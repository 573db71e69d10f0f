package workshops

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/ical"
	"mellemrum/internal/workshop"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// invited is a workshop as somebody invited sees it.
type invited struct {
	workshop.Invitation
	path string
	now  time.Time
	form *form.State
}

func token(q *route.Request) workshop.Token { return workshop.Token(q.Param("token")) }

func ownPath(t workshop.Token) string { return invitePath + "/" + url.PathEscape(string(t)) }

func (r Room) readInvited(q *route.Request) (invited, error) {
	i, err := r.Workshops.ByToken(q.Context(), token(q))
	v := invited{i, ownPath(token(q)), q.Now(), form.New(nil).Set("people", "1")}
	if i.Me.Answer != "" {
		v.form.Set("answer", string(i.Me.Answer)).Set("people", number(i.Me.People)).Set("note", i.Me.Note)
	}
	return v, err
}

func (r Room) invitation(q *route.Request) (route.Page, error) {
	v, err := r.readInvited(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(invitationPage(v)), nil
}

func (r Room) respond(q *route.Request) (route.Page, error) {
	v, err := r.readInvited(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Answer string `form:"answer"`
		People string `form:"people"`
		Note   string `form:"note"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		people, unread := strconv.Atoi(typed.People)
		if unread != nil {
			people = 0
		}
		err = r.Workshops.Respond(q.Context(), token(q), workshop.Reply{Answer: workshop.Answer(typed.Answer), People: people, Note: typed.Note})
	}
	if err == nil {
		return route.SeeOther(v.path).Saying("flash.workshop_answered"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return invitationPage(v) })
}

// withdraw erases whoever the link is for.
func (r Room) withdraw(q *route.Request) (route.Page, error) {
	if err := r.Workshops.Withdraw(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/").Saying("flash.workshop_withdrawn"), nil
}

func (r Room) calendar(q *route.Request) (route.Page, error) {
	i, err := r.Workshops.ByToken(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	return icsFile(q, ical.Calendar{}, i), nil
}

// feed is every workshop that one is invited to, to subscribe to.
func (r Room) feed(q *route.Request) (route.Page, error) {
	list, err := r.Workshops.Feed(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	return icsFile(q, ical.Calendar{Name: q.Locale.T("workshops.feed"), Refresh: time.Hour}, list...), nil
}

func icsFile(q *route.Request, c ical.Calendar, list ...workshop.Invitation) route.Page {
	for _, i := range list {
		c.Events = append(c.Events, i.Event(q.Locale, i.Me.ID, q.Absolute(ownPath(token(q))), q.Now(), ical.Organiser{}))
	}
	return route.File(ical.Type, "mellemrum.ics", c.Bytes())
}

// coming is somebody who puts themselves down for an open workshop.
type coming struct {
	workshop.Workshop
	form *form.State
}

func (v coming) path() string { return home + "/" + v.ID.String() + "/kom-med" }

func (r Room) readOpen(q *route.Request) (coming, error) {
	id, err := q.UUID("id")
	if err != nil {
		return coming{}, err
	}
	w, err := r.Workshops.OpenByID(q.Context(), id)
	return coming{w, form.New(nil).Set("people", "1").Set("id", uuid.Must(uuid.NewV7()).String())}, err
}

func (r Room) askDown(q *route.Request) (route.Page, error) {
	v, err := r.readOpen(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(comingPage(v)), nil
}

func (r Room) putDown(q *route.Request) (route.Page, error) {
	v, err := r.readOpen(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		ID     string `form:"id"`
		Name   string `form:"name"`
		Email  string `form:"email"`
		Phone  string `form:"phone"`
		People string `form:"people"`
	}
	v.form, err = form.Bind(q.Request, &typed)
	if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "workshops.slow_down")
	}
	var own workshop.Token
	if err == nil {
		people, unread := strconv.Atoi(typed.People)
		if unread != nil {
			people = 0
		}
		press, _ := uuid.Parse(typed.ID) // none: one is made
		own, err = r.Workshops.PutDown(q.Context(), v.ID, workshop.Guest{ID: press, Name: typed.Name, Email: typed.Email, Phone: typed.Phone, Locale: q.Locale.Code}, people)
	}
	if err != nil {
		return route.Again(err, v.form, func() templ.Component { return comingPage(v) })
	}
	return route.SeeOther(ownPath(own)).Saying("flash.workshop_down"), nil
}
