// Package me is what somebody who signed up can do about it: see it, change
// it, give it up. A personal link opens it; so does the phone number together
// with the short code.
package me

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/web/brake"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// How often one address may try: a family on one connection never notices, a
// machine that guesses codes would need lifetimes.
const (
	codeTries = 8
	codePause = 30 * time.Second
	linkTries = 5
	linkPause = time.Minute
)

// Room is a sign-up's own pages.
type Room struct {
	Cafes *cafe.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	own := room{r, brake.New(codeTries, codePause), brake.New(linkTries, linkPause)}
	m.Get(authz.Public, "/tilmelding", own.find)
	m.Get(authz.Public, "/tilmelding/kode", back)
	m.Post(authz.Public, "/tilmelding/kode", own.byCode)
	m.Get(authz.Public, "/tilmelding/send-link", back)
	m.Post(authz.Public, "/tilmelding/send-link", own.sendLinks)
	m.Get(authz.Public, "/tilmelding/{token}", own.receipt)
	m.Post(authz.Public, "/tilmelding/{token}", own.change)
	m.Get(authz.Public, "/tilmelding/{token}/afmeld", own.askCancel)
	m.Post(authz.Public, "/tilmelding/{token}/afmeld", own.cancel)
	m.Get(authz.Public, "/tilmelding/{token}/ja", own.askYes)
	m.Post(authz.Public, "/tilmelding/{token}/ja", own.sayYes)
	m.Get(authz.Public, "/tilmelding/{token}/behold", own.askKeep)
	m.Post(authz.Public, "/tilmelding/{token}/behold", own.keep)
	m.Get(authz.Public, "/tilmelding/{token}/kalender.ics", own.calendar)
	m.Get(authz.Public, "/tilmelding/slettet", own.erased)
	m.Get(authz.Public, "/tilmelding/{token}/slet", own.askErase)
	m.Post(authz.Public, "/tilmelding/{token}/slet", own.erase)
}

// room adds what slows down guessing.
type room struct {
	Room
	codes, links *brake.Brake
}

// resident acts for whoever holds a personal link.
var resident = authz.Actor{Role: authz.Resident}

// back is for those who change language or reload on an action's address.
func back(*route.Request) (route.Page, error) { return route.SeeOther("/tilmelding"), nil }

func (r room) find(*route.Request) (route.Page, error) {
	return route.Show(findPage(form.New(nil), form.New(nil))), nil
}

func (r room) byCode(q *route.Request) (route.Page, error) {
	var in struct {
		Phone string `form:"phone"`
		Code  string `form:"code"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil && !r.codes.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "me.too_many_codes")
	}
	var token cafe.Token
	if err == nil {
		token, err = r.Cafes.ByCode(q.Context(), in.Phone, in.Code)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return findPage(state, form.New(nil)) })
	}
	return route.SeeOther(path(token)), nil
}

func (r room) sendLinks(q *route.Request) (route.Page, error) {
	var in struct {
		Email string `form:"email"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil && !r.links.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "me.too_many_links")
	}
	if err == nil {
		err = r.Cafes.SendLinks(q.Context(), q.Actor, in.Email)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return findPage(form.New(nil), state) })
	}
	return route.SeeOther("/tilmelding").Saying("flash.me_links_sent"), nil
}

func path(t cafe.Token) string { return "/tilmelding/" + url.PathEscape(string(t)) }

func token(q *route.Request) cafe.Token { return cafe.Token(q.Param("token")) }

// receipt is a sign-up's page.
type receipt struct {
	cafe.Mine
	path   string
	form   *form.State
	change bool // whether it can still be changed
	past   bool
	intime bool // whether whoever is asked is still waited for
}

func (r room) read(q *route.Request, state *form.State) (receipt, error) {
	m, err := r.Cafes.ByToken(q.Context(), token(q))
	if err != nil {
		return receipt{}, err
	}
	return receipt{Mine: m, path: path(token(q)), form: state, change: m.MayChange(q.Now()), past: !q.Now().Before(m.StartsAt),
		intime: q.Now().Before(m.AnswerBy)}, nil
}

func (r room) receipt(q *route.Request) (route.Page, error) {
	v, err := r.read(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	v.form.Set("party", number(v.Party))
	return route.Show(receiptPage(v)), nil
}

func (r room) change(q *route.Request) (route.Page, error) {
	var in struct {
		Party int `form:"party"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		_, err = r.Cafes.ChangeParty(q.Context(), resident, token(q), in.Party)
	}
	if err == nil {
		return route.SeeOther(path(token(q))).Saying("flash.me_party_changed"), nil
	}
	v, readErr := r.read(q, state)
	if readErr != nil {
		return route.Page{}, readErr
	}
	return route.Again(err, state, func() templ.Component { return receiptPage(v) })
}

func (r room) askCancel(q *route.Request) (route.Page, error) {
	v, err := r.read(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	if !v.change {
		return route.SeeOther(v.path), nil // the receipt says why
	}
	return route.Show(cancelPage(v)), nil
}

func (r room) cancel(q *route.Request) (route.Page, error) {
	if _, err := r.Cafes.Cancel(q.Context(), resident, token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(path(token(q))), nil
}
