package partner

import (
	"slices"

	"github.com/a-h/templ"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/web/askview"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const asksPath = "/partner/opraab"

func (r Room) mountAsks(m *route.Mux) {
	m.Get(authz.Partners, asksPath, r.listAsks)
	m.Get(authz.Partners, asksPath+"/{id}", r.showAsk)
	m.Post(authz.Partners, asksPath+"/{id}", r.answerAsk)
}

func (r Room) listAsks(q *route.Request) (route.Page, error) {
	list, err := r.Asks.ForPartner(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(asksPage(list)), nil
}

// asked is an ask as one of the partner's organisations answers it.
type asked struct {
	ask.Ask
	mine     authz.Membership   // for whom
	others   []authz.Membership // for whom else one could
	hand     *ask.Hand
	covering []ask.Covering
	with     []ask.Helper
	form     *form.State
	late     bool
}

func (v asked) path() string {
	return asksPath + "/" + v.ID.String() + "?for=" + v.mine.Slug
}

func (r Room) readAsk(q *route.Request) (asked, error) {
	id, err := q.UUID("id")
	if err != nil {
		return asked{}, err
	}
	a, err := r.Asks.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return asked{}, err
	}
	v := asked{Ask: a, late: a.Late(q.Now())}
	hands, err := r.Asks.HandsOf(q.Context(), q.Actor, id)
	if err != nil {
		return asked{}, err
	}
	if len(q.Actor.Organisations) == 0 {
		return asked{}, fault.New(fault.NotFound, "")
	}
	v.mine = q.Actor.Organisations[0]
	for _, m := range q.Actor.Organisations {
		if m.Slug == q.URL.Query().Get("for") {
			v.mine = m
		}
	}
	v.others = slices.DeleteFunc(slices.Clone(q.Actor.Organisations), func(m authz.Membership) bool { return m.OrganisationID == v.mine.OrganisationID })
	if h, there := hands[v.mine.OrganisationID]; there {
		v.hand = &h
	}
	v.form = askview.Form(a, v.hand, q.Actor.Name)
	if v.covering, err = r.Asks.Covered(q.Context(), id); err != nil {
		return asked{}, err
	}
	if v.hand != nil && v.hand.Reply != nil && *v.hand.Reply == ask.Accepted {
		v.with, err = r.Asks.Together(q.Context(), q.Actor, id, v.mine.OrganisationID)
	}
	return v, err
}

func (r Room) showAsk(q *route.Request) (route.Page, error) {
	v, err := r.readAsk(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(askPage(v)), nil
}

func (r Room) answerAsk(q *route.Request) (route.Page, error) {
	v, err := r.readAsk(q)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := askview.Bind(q, v.Ask)
	if err == nil {
		err = r.Asks.AnswerAs(q.Context(), q.Actor, v.ID, v.mine.OrganisationID, in)
	}
	if err == nil {
		said := "flash.asks_answered_no"
		switch {
		case in.Yes && v.late:
			said = "flash.asks_answered_late"
		case in.Yes:
			said = "flash.asks_answered_yes"
		}
		return route.SeeOther(v.path()).Saying(said), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return askPage(v) })
}

// waitsFor tells whether the ask waits for the partner's answer.
func waitsFor(a ask.Listing) bool { return a.Mine == "" && a.Status == ask.Open }
