// Package peopleview is the people of an organisation: who they are, who is
// invited, and the presses that change it. Its own contacts and staff have the
// same page.
package peopleview

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Place is the organisation whose people are shown.
type Place struct {
	ID       uuid.UUID
	Name     string
	Path     string // of the page, without a query
	Query    string // "?som=…" where the address says which organisation is meant
	Back     *ui.Link
	Switch   templ.Component // to other organisations of the same person; may be nil
	Editable bool            // the reader may invite, change and remove
	Open     bool            // it takes part: others can be invited
}

// Desk is the page with its presses.
type Desk struct {
	Accounts *account.Service
	Rule     authz.Rule
	Prefix   string // where it is mounted
	Find     func(*route.Request) (Place, error)
	Frame    func(context.Context, ui.Page) ui.Page
	Left     string // where those go who have left
}

// Mount adds the page and its presses.
func (d Desk) Mount(m *route.Mux) {
	m.Get(d.Rule, d.Prefix, d.show)
	m.Post(d.Rule, d.Prefix, d.invite)
	for _, p := range []struct {
		last string
		do   step
	}{{"/kontakt", d.toContact}, {"/medlem", d.toMember}, {"/fjern", d.remove}} {
		m.Get(d.Rule, d.Prefix+"/{person}"+p.last, d.back)
		m.Post(d.Rule, d.Prefix+"/{person}"+p.last, d.press("person", p.do))
	}
	for _, p := range []struct {
		last string
		do   step
	}{{"/igen", d.again}, {"/traek-tilbage", d.withdraw}} {
		m.Get(d.Rule, d.Prefix+"/invitation/{invitation}"+p.last, d.back)
		m.Post(d.Rule, d.Prefix+"/invitation/{invitation}"+p.last, d.press("invitation", p.do))
	}
}

// step is what a press does to a person or an invitation; it says what happened.
type step func(*route.Request, Place, uuid.UUID) (flash string, err error)

// view is the page.
type view struct {
	Place
	desk        Desk
	self        uuid.UUID
	form        *form.State
	people      []account.Person
	invitations []account.Invitation
}

func (v view) at(parts ...string) string {
	path := v.Path
	for _, p := range parts {
		path += "/" + p
	}
	return path + v.Query
}

// contacts counts those who can speak for it and sign in.
func (v view) contacts() (n int) {
	for _, p := range v.people {
		if p.Contact && p.DisabledAt == nil {
			n++
		}
	}
	return n
}

// last tells whether the person is the only contact, who cannot go.
func (v view) last(p account.Person) bool {
	return p.Contact && (v.contacts() == 0 || v.contacts() == 1 && p.DisabledAt == nil)
}

func (d Desk) read(q *route.Request, p Place, state *form.State) (view, error) {
	v := view{Place: p, desk: d, self: q.Actor.AccountID, form: state}
	var err error
	if v.people, err = d.Accounts.People(q.Context(), q.Actor, p.ID); err != nil {
		return view{}, err
	}
	if p.Editable {
		v.invitations, err = d.Accounts.Invitations(q.Context(), q.Actor, p.ID)
	}
	return v, err
}

func (d Desk) show(q *route.Request) (route.Page, error) {
	p, err := d.Find(q)
	if err != nil {
		return route.Page{}, err
	}
	v, err := d.read(q, p, form.New(nil).Set("role", "member").Set("locale", "da"))
	return route.Show(page(v)), err
}

// back leads those who come to a press' address without the press to the page
// that has it.
func (d Desk) back(q *route.Request) (route.Page, error) {
	p, err := d.Find(q)
	if err != nil {
		return route.Page{}, err
	}
	v, err := d.read(q, p, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	for _, one := range v.people {
		if one.ID.String() == q.Param("person") {
			return route.SeeOther(p.Path + p.Query), nil
		}
	}
	for _, one := range v.invitations {
		if one.ID.String() == q.Param("invitation") {
			return route.SeeOther(p.Path + p.Query), nil
		}
	}
	return route.Page{}, fault.New(fault.NotFound, "")
}

func (d Desk) invite(q *route.Request) (route.Page, error) {
	p, err := d.Find(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Name   string `form:"name"`
		Email  string `form:"email"`
		Role   string `form:"role"`
		Locale string `form:"locale"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		err = d.Accounts.Invite(q.Context(), q.Actor, p.ID, account.NewInvitation{Name: in.Name, Email: in.Email,
			Contact: in.Role == "contact", Locale: in.Locale})
	}
	if err != nil {
		return d.showAgain(q, err, p, state)
	}
	return route.SeeOther(p.Path + p.Query).Saying("flash.people_invited"), nil
}

// showAgain is the page with what went wrong.
func (d Desk) showAgain(q *route.Request, err error, p Place, state *form.State) (route.Page, error) {
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v, failed := d.read(q, p, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return page(v) })
}

// press is one of the page's buttons. It answers with the page and what
// happened, or with the page and why not.
func (d Desk) press(param string, do step) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		p, err := d.Find(q)
		if err != nil {
			return route.Page{}, err
		}
		id, err := q.UUID(param)
		if err != nil {
			return route.Page{}, err
		}
		flash, err := do(q, p, id)
		if err != nil {
			return d.showAgain(q, err, p, form.New(nil).Set("role", "member").Set("locale", "da"))
		}
		if flash == leftFlash {
			return route.SeeOther(d.Left).Saying(flash), nil
		}
		return route.SeeOther(p.Path + p.Query).Saying(flash), nil
	}
}

const leftFlash = "flash.people_left"

func (d Desk) toContact(q *route.Request, p Place, id uuid.UUID) (string, error) {
	return "flash.people_contact", d.Accounts.SetContact(q.Context(), q.Actor, p.ID, id, true)
}

func (d Desk) toMember(q *route.Request, p Place, id uuid.UUID) (string, error) {
	return "flash.people_member", d.Accounts.SetContact(q.Context(), q.Actor, p.ID, id, false)
}

func (d Desk) remove(q *route.Request, p Place, id uuid.UUID) (string, error) {
	if id == q.Actor.AccountID {
		return leftFlash, d.Accounts.RemovePerson(q.Context(), q.Actor, p.ID, id)
	}
	return "flash.people_removed", d.Accounts.RemovePerson(q.Context(), q.Actor, p.ID, id)
}

func (d Desk) again(q *route.Request, p Place, id uuid.UUID) (string, error) {
	return "flash.people_invited", d.Accounts.InviteAgain(q.Context(), q.Actor, p.ID, id)
}

func (d Desk) withdraw(q *route.Request, p Place, id uuid.UUID) (string, error) {
	return "flash.people_withdrawn", d.Accounts.Withdraw(q.Context(), q.Actor, p.ID, id)
}
