// Package inquiryview shows a talk with somebody who wrote to us: to the writer,
// to staff and to the partners that it is with.
package inquiryview

import (
	"context"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/inquiry"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Desk is where staff or partners answer: the same pages, in the frame of those
// who use them.
type Desk struct {
	Inquiries *inquiry.Service
	Rule      authz.Rule
	Prefix    string
	Frame     func(context.Context, ui.Page) ui.Page
	List      route.Handler // shows the list
	// Beside is what stands beside a talk; nil: nothing.
	Beside func(q *route.Request, i inquiry.Inquiry) (templ.Component, error)
}

// Mount adds the desk's pages.
func (d Desk) Mount(m *route.Mux) {
	m.Get(d.Rule, d.Prefix, d.List)
	m.Get(d.Rule, d.Prefix+"/{id}", d.show)
	m.Post(d.Rule, d.Prefix+"/{id}", d.answer)
	m.Get(d.Rule, d.Prefix+"/{id}/luk", d.back)
	m.Post(d.Rule, d.Prefix+"/{id}/luk", d.close)
}

// talk is one talk with the form that answers it.
type talk struct {
	inquiry.Inquiry
	desk   Desk
	form   *form.State
	beside templ.Component
}

func (v talk) path() string { return v.desk.Prefix + "/" + v.ID.String() }

func (d Desk) read(q *route.Request, state *form.State) (talk, error) {
	id, err := q.UUID("id")
	if err != nil {
		return talk{}, err
	}
	i, err := d.Inquiries.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return talk{}, err
	}
	v := talk{Inquiry: i, desk: d, form: state}
	if d.Beside != nil {
		v.beside, err = d.Beside(q, i)
	}
	return v, err
}

func (d Desk) show(q *route.Request) (route.Page, error) {
	v, err := d.read(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(talkPage(v)), nil
}

func (d Desk) answer(q *route.Request) (route.Page, error) {
	var typed struct {
		Body string `form:"body"`
	}
	state, err := form.Bind(q.Request, &typed)
	v, failed := d.read(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		err = d.Inquiries.Answer(q.Context(), q.Actor, v.ID, typed.Body)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.inquiries_answered"), nil
	}
	return route.Again(err, state, func() templ.Component { return talkPage(v) })
}

// back is for those who reload an action's address.
func (d Desk) back(q *route.Request) (route.Page, error) {
	v, err := d.read(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(v.path()), nil
}

func (d Desk) close(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	if err := d.Inquiries.Close(q.Context(), q.Actor, id); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(d.Prefix + "/" + id.String()).Saying("flash.inquiries_closed"), nil
}
