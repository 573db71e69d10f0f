package concerns

import (
	"github.com/google/uuid"

	"mellemrum/internal/concern"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

func (r Room) observe(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		ID     string   `form:"id"`
		OnDate string   `form:"on_date"`
		Body   string   `form:"body"`
		Sure   string   `form:"sure"`
		SureOf []string `form:"sure_of"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := concern.Seen{Body: typed.Body, Looked: looked(typed.Sure, typed.SureOf)}
		in.ID, _ = uuid.Parse(typed.ID) // none: it gets one
		in.OnDate, _ = form.Date(typed.OnDate)
		err = r.Concerns.Observe(q.Context(), q.Actor, id, in)
	}
	return r.done(q, err, state, "set", "flash.concerns_observed")
}

// readObservation is the observation in the address, when the actor may take it
// away.
func (r Room) readObservation(q *route.Request) (note, error) {
	v, err := r.read(q)
	if err != nil {
		return v, err
	}
	id, err := q.UUID("observation")
	if err != nil {
		return v, err
	}
	for _, o := range v.Observations {
		switch {
		case o.ID != id:
			continue
		case !o.RemovableBy(q.Actor, v.Concern):
			return v, fault.New(fault.Forbidden, "")
		}
		v.observation = o
		return v, nil
	}
	return v, fault.New(fault.NotFound, "")
}

func (r Room) askUnobserve(q *route.Request) (route.Page, error) {
	v, err := r.readObservation(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(unobservePage(v)), nil
}

func (r Room) unobserve(q *route.Request) (route.Page, error) {
	v, err := r.readObservation(q)
	if err == nil {
		err = r.Concerns.Unobserve(q.Context(), q.Actor, v.ID, v.observation.ID)
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(v.path()).Saying("flash.concerns_unobserved"), nil
}

// press is a step without fields.
func (r Room) press(q *route.Request, said string, do func(uuid.UUID) error) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	return r.done(q, do(id), form.New(nil), "", said)
}

func (r Room) follow(q *route.Request) (route.Page, error) {
	return r.press(q, "flash.concerns_followed", func(id uuid.UUID) error { return r.Concerns.Follow(q.Context(), q.Actor, id) })
}

func (r Room) reopen(q *route.Request) (route.Page, error) {
	return r.press(q, "flash.concerns_reopened", func(id uuid.UUID) error { return r.Concerns.Reopen(q.Context(), q.Actor, id) })
}

func (r Room) close(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Outcome  string   `form:"outcome"`
		ClosedOn string   `form:"closed_on"`
		Sure     string   `form:"sure"`
		SureOf   []string `form:"sure_of"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := concern.Ending{Outcome: typed.Outcome, Looked: looked(typed.Sure, typed.SureOf)}
		in.ClosedOn, _ = form.Date(typed.ClosedOn)
		err = r.Concerns.Close(q.Context(), q.Actor, id, in)
	}
	return r.done(q, err, state, "luk", "flash.concerns_closed")
}

func (r Room) invite(q *route.Request) (route.Page, error) {
	return r.party(q, "inviter", "flash.concerns_invited", func(id, organisation uuid.UUID) error {
		return r.Concerns.Invite(q.Context(), q.Actor, id, []uuid.UUID{organisation})
	})
}

func (r Room) withdraw(q *route.Request) (route.Page, error) {
	return r.party(q, "traek", "flash.concerns_withdrawn", func(id, organisation uuid.UUID) error {
		return r.Concerns.Withdraw(q.Context(), q.Actor, id, organisation)
	})
}

func (r Room) party(q *route.Request, step, said string, do func(id, organisation uuid.UUID) error) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Organisation string `form:"organisation"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		organisation, _ := uuid.Parse(typed.Organisation) // none: refused as unknown
		err = do(id, organisation)
	}
	return r.done(q, err, state, step, said)
}

func (r Room) askRemove(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	if !v.kept {
		return route.SeeOther(v.path()), nil
	}
	return route.Show(removePage(v)), nil
}

func (r Room) remove(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err == nil {
		err = r.Concerns.Remove(q.Context(), q.Actor, id)
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(home).Saying("flash.concerns_removed"), nil
}
