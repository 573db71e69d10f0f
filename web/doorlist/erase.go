package doorlist

import (
	"mellemrum/internal/cafe"
	"mellemrum/web/route"
)

const stepErase = "slet-person"

func (d Door) mountErase(m *route.Mux, at string) {
	m.Get(d.Rule, at+"/"+stepErase+"/{signup}", d.askErase)
	m.Post(d.Rule, at+"/"+stepErase+"/{signup}", d.erase)
}

// erasing is the page that asks before a person's traces are erased.
type erasing struct {
	cafe.Traces
	door    Door
	back    string
	givesUp bool // a place, or a place in line
}

func (d Door) askErase(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	id, err := q.UUID("signup")
	if err != nil {
		return route.Page{}, err
	}
	t, err := d.Cafes.TracesFor(q.Context(), q.Actor, q.Param("slug"), day, id)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(erasePage(erasing{t, d, d.path(q), t.GivesUp(q.Now())})), nil
}

func (d Door) erase(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	id, err := q.UUID("signup")
	if err != nil {
		return route.Page{}, err
	}
	if _, err := d.Cafes.EraseFor(q.Context(), q.Actor, q.Param("slug"), day, id); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(d.path(q)).Saying("flash.erase_done"), nil
}
