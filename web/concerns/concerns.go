// Package concerns is where notes about what is seen again and again are read
// and written: by staff, and by the partners who are invited to one.
package concerns

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/theme"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Frame puts a page into an area of the portal.
type Frame func(context.Context, ui.Page) ui.Page

// Room is the notes' pages.
type Room struct {
	Concerns      *concern.Service
	Themes        *theme.Service
	Districts     *district.Service
	Organisations *organisation.Service
	Staff         Frame
	Partner       Frame
}

const (
	home        = "/stab/bekymringer"
	partnerHome = "/partner/bekymringer"
)

// Mount adds the room's pages. Whoever may not pass is told that there is no
// such page.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.StaffHidden, home, r.list)
	m.Get(authz.StaffHidden, home+"/ny", r.newNote)
	m.Post(authz.StaffHidden, home+"/ny", r.create)
	m.Get(authz.StaffHidden, home+"/{id}/rediger", r.edit)
	m.Post(authz.StaffHidden, home+"/{id}/rediger", r.save)
	m.Get(authz.StaffHidden, home+"/{id}/slet", r.askRemove)
	m.Post(authz.StaffHidden, home+"/{id}/slet", r.remove)
	for _, step := range []struct {
		last string
		h    route.Handler
	}{
		{"foelg", r.follow}, {"luk", r.close}, {"genaabn", r.reopen}, {"inviter", r.invite}, {"traek", r.withdraw},
	} {
		m.Get(authz.StaffHidden, home+"/{id}/"+step.last, r.back)
		m.Post(authz.StaffHidden, home+"/{id}/"+step.last, step.h)
	}
	m.Get(authz.PartnersHidden, partnerHome, r.listForPartner)
	r.mountNote(m, authz.StaffHidden, home)
	r.mountNote(m, authz.PartnersHidden, partnerHome)
}

// mountNote adds what staff and invited partners have in common.
func (r Room) mountNote(m *route.Mux, rule authz.Rule, at string) {
	m.Get(rule, at+"/{id}", r.show)
	m.Get(rule, at+"/{id}/set", r.back)
	m.Post(rule, at+"/{id}/set", r.observe)
	m.Get(rule, at+"/{id}/set/{observation}/slet", r.askUnobserve)
	m.Post(rule, at+"/{id}/set/{observation}/slet", r.unobserve)
}

// at is where the actor reads notes.
func at(actor authz.Actor) string {
	if actor.Role == authz.Partner {
		return partnerHome
	}
	return home
}

// frame puts a page into the reader's area.
func (r Room) frame(actor authz.Actor) Frame {
	if actor.Role == authz.Partner {
		return r.Partner
	}
	return r.Staff
}

// note is one note with everything its reader can do about it.
type note struct {
	concern.Concern
	frame         Frame
	actor         authz.Actor
	kept          bool // the reader looks after it
	organisations []organisation.Choice
	form          *form.State // the one that is being worked at
	step          string      // whose form it is; empty: none's
	fresh         *form.State // of what else is seen
	ending        *form.State
	observation   concern.Observation // that is taken away
}

func (v note) path() string { return at(v.actor) + "/" + v.ID.String() }

func (v note) formOf(step string, fresh *form.State) *form.State {
	if v.step == step {
		return v.form
	}
	return fresh
}

func (r Room) read(q *route.Request) (note, error) {
	id, err := q.UUID("id")
	if err != nil {
		return note{}, err
	}
	c, err := r.Concerns.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return note{}, err
	}
	today := i18n.Day(q.Now()).Format(form.TypedDate)
	v := note{Concern: c, frame: r.frame(q.Actor), actor: q.Actor, kept: c.KeptBy(q.Actor), form: form.New(nil),
		fresh: form.New(nil).Set("id", newID()).Set("on_date", today), ending: form.New(nil).Set("closed_on", today)}
	return v, nil
}

// whole is a note with what its page chooses from.
func (r Room) whole(q *route.Request) (note, error) {
	v, err := r.read(q)
	if err == nil && v.kept && v.Status != concern.Closed {
		v.organisations, err = r.Organisations.Choices(q.Context())
	}
	return v, err
}

func (r Room) show(q *route.Request) (route.Page, error) {
	v, err := r.whole(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(notePage(v)), nil
}

// back leads those who reload an action's address to the note.
func (r Room) back(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(v.path()), nil
}

// done ends a step: with the note, or with its page and the form once more.
func (r Room) done(q *route.Request, err error, state *form.State, step, said string) (route.Page, error) {
	if err == nil {
		return route.SeeOther(at(q.Actor) + "/" + q.Param("id")).Saying(said), nil
	}
	if !fail(state, err) {
		return route.Page{}, err
	}
	v, failed := r.whole(q)
	if failed != nil {
		return route.Page{}, failed
	}
	v.form, v.step = state, step
	return route.Again(err, state, func() templ.Component { return notePage(v) })
}

// looked is what the writer says to have looked at: what a warning named before.
func looked(sure string, of []string) []string {
	if sure == "" {
		return nil
	}
	return of
}

// fail puts what is wrong into the form. A warning about persons carries what it
// names, so that the next press confirms just that.
func fail(state *form.State, err error) bool {
	if !state.Fail(err) {
		return false
	}
	if f, warned := state.Fault(concern.FieldSure); warned {
		state.Set(concern.FieldSure)
		state.Set("sure_of", concern.Found(f)...)
	}
	return true
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// stale tells whether somebody else changed the note since the form was opened.
func stale(state *form.State) bool {
	g := state.General()
	return g != nil && g.Kind == fault.Conflict
}
