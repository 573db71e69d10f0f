package me

import (
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// askYes shows the one question of the mail that asks on the day. Those it no
// longer concerns see how they stand.
func (r room) askYes(q *route.Request) (route.Page, error) {
	v, err := r.read(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	if !v.change || !v.Called {
		return route.SeeOther(v.path), nil
	}
	return route.Show(yesPage(v)), nil
}

func (r room) sayYes(q *route.Request) (route.Page, error) {
	_, err := r.Cafes.SayYes(q.Context(), resident, token(q))
	if err != nil && !fault.Is(err, fault.Conflict) { // not asked at the moment: the receipt says how they stand
		return route.Page{}, err
	}
	return route.SeeOther(path(token(q))), nil
}

// askKeep shows the one question of the mail about a moved date.
func (r room) askKeep(q *route.Request) (route.Page, error) {
	v, err := r.read(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	if !v.change || !v.KeepNow {
		return route.SeeOther(v.path), nil
	}
	return route.Show(keepPage(v)), nil
}

func (r room) keep(q *route.Request) (route.Page, error) {
	if _, err := r.Cafes.Keep(q.Context(), resident, token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(path(token(q))).Saying("flash.me_kept"), nil
}
