// Package inquiries is where residents write to us: what they can contribute, a
// question to an organisation, and the talk that follows.
package inquiries

import (
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/organisation"
	"mellemrum/web/brake"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// How often one address may write: enough for a family on one connection.
const (
	tries = 6
	pause = time.Minute
)

// Room is the pages for those who write.
type Room struct {
	Inquiries     *inquiry.Service
	Districts     *district.Service
	Organisations *organisation.Service
}

type room struct {
	Room
	brake *brake.Brake
}

const (
	home = "/bidrag"
	sent = "/bidrag/tak"
)

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	own := room{r, brake.New(tries, pause)}
	m.Get(authz.Public, home, own.contribute)
	m.Post(authz.Public, home, own.send)
	m.Get(authz.Public, sent, own.thank)
	m.Get(authz.Public, "/samarbejdspartnere/{slug}/spoerg", own.ask)
	m.Post(authz.Public, "/samarbejdspartnere/{slug}/spoerg", own.send)
	m.Get(authz.Public, home+"/{token}", own.talk)
	m.Post(authz.Public, home+"/{token}", own.reply)
	m.Get(authz.Public, home+"/{token}/bekraeft", own.back)
	m.Post(authz.Public, home+"/{token}/bekraeft", own.confirm)
	m.Get(authz.Public, home+"/{token}/slet", own.askWithdraw)
	m.Post(authz.Public, home+"/{token}/slet", own.withdraw)
}

// letter is what somebody writes, and to whom.
type letter struct {
	form         *form.State
	districts    []district.Choice
	organisation *organisation.Organisation // whom a question is for; nil: a contribution
}

func (v letter) path() string {
	if v.organisation == nil {
		return home
	}
	return "/samarbejdspartnere/" + v.organisation.Slug + "/spoerg"
}

// read finds whom somebody writes to; the form is theirs, or a new one.
func (r room) read(q *route.Request, state *form.State) (letter, error) {
	v := letter{form: state}
	if slug := q.Param("slug"); slug != "" {
		o, err := r.Organisations.BySlug(q.Context(), authz.Nobody, slug)
		if err != nil {
			return v, err
		}
		v.organisation = &o
	} else {
		var err error
		if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
			return v, err
		}
	}
	if v.form == nil {
		v.form = form.New(nil).Set("id", uuid.Must(uuid.NewV7()).String()).Set("district", q.URL.Query().Get("bydel"))
	}
	return v, nil
}

func (r room) contribute(q *route.Request) (route.Page, error) {
	v, err := r.read(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(letterPage(v)), nil
}

func (r room) ask(q *route.Request) (route.Page, error) {
	v, err := r.read(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	// One that was merged is asked where it is now.
	if v.organisation.Slug != q.Param("slug") {
		return route.SeeOther(v.path()), nil
	}
	return route.Show(letterPage(v)), nil
}

func (r room) send(q *route.Request) (route.Page, error) {
	var typed struct {
		ID       string `form:"id"`
		Title    string `form:"title"`
		Body     string `form:"body"`
		District string `form:"district"`
		Happens  string `form:"happens"`
		Name     string `form:"name"`
		Email    string `form:"email"`
		Phone    string `form:"phone"`
		Share    string `form:"share"`
	}
	state, err := form.Bind(q.Request, &typed)
	v, failed := r.read(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	in := inquiry.Input{Title: typed.Title, Body: typed.Body, Happens: typed.Happens, Name: typed.Name, Email: typed.Email, Phone: typed.Phone,
		Locale: q.Locale.Code, Share: typed.Share != ""}
	in.ID, _ = uuid.Parse(typed.ID) // none: one is made
	if v.organisation != nil {
		in.Organisation = v.organisation.ID
	}
	for _, d := range v.districts {
		if d.Slug == typed.District {
			in.District = d.ID
		}
	}
	if err == nil {
		err = in.Validate().Err() // who mistypes is not slowed down
	}
	if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "inquiries.slow_down")
	}
	if err == nil {
		err = r.Inquiries.Write(q.Context(), in)
	}
	if err == nil {
		return route.SeeOther(sent), nil
	}
	return route.Again(err, state, func() templ.Component { return letterPage(v) })
}

func (r room) thank(*route.Request) (route.Page, error) { return route.Show(sentPage()), nil }

// own is a talk as its writer's link shows it.
type own struct {
	inquiry.Inquiry
	form *form.State
	path string
	over bool // too long closed to go on
}

func token(q *route.Request) inquiry.Token { return inquiry.Token(q.Param("token")) }

func (r room) readTalk(q *route.Request, state *form.State) (own, error) {
	i, err := r.Inquiries.ByToken(q.Context(), token(q))
	if err != nil {
		return own{}, err
	}
	return own{Inquiry: i, form: state, path: home + "/" + url.PathEscape(string(token(q))),
		over: i.ClosedAt != nil && q.Now().Sub(*i.ClosedAt) > inquiry.ReopenFor}, nil
}

func (r room) talk(q *route.Request) (route.Page, error) {
	v, err := r.readTalk(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(talkPage(v)), nil
}

func (r room) reply(q *route.Request) (route.Page, error) {
	var typed struct {
		Body string `form:"body"`
	}
	state, err := form.Bind(q.Request, &typed)
	v, failed := r.readTalk(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		err = r.Inquiries.Reply(q.Context(), token(q), typed.Body)
	}
	if err == nil {
		return route.SeeOther(v.path).Saying("flash.inquiries_replied"), nil
	}
	return route.Again(err, state, func() templ.Component { return talkPage(v) })
}

func (r room) back(q *route.Request) (route.Page, error) {
	return route.SeeOther(home + "/" + url.PathEscape(string(token(q)))), nil
}

func (r room) confirm(q *route.Request) (route.Page, error) {
	if err := r.Inquiries.Confirm(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(home + "/" + url.PathEscape(string(token(q)))).Saying("flash.inquiries_confirmed"), nil
}

func (r room) askWithdraw(q *route.Request) (route.Page, error) {
	v, err := r.readTalk(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(withdrawPage(v)), nil
}

func (r room) withdraw(q *route.Request) (route.Page, error) {
	if err := r.Inquiries.Withdraw(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(home).Saying("flash.inquiries_withdrawn"), nil
}
