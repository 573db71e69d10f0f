// Package asks is where an ask is read and answered: by residents, by whoever
// follows the link in a letter, and by those who raised a hand and come back.
package asks

import (
	"net/url"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/web/askview"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the asks' pages.
type Room struct {
	Asks          *ask.Service
	Districts     *district.Service
	Organisations *organisation.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/opraab", r.list)
	m.Get(authz.Public, "/opraab/{id}", r.show)
	m.Post(authz.Public, "/opraab/{id}", r.raise)
	m.Stream(authz.Public, "/opraab/{id}/nu", r.listen)
	m.Get(authz.Public, "/haand/{token}", r.hand)
	m.Post(authz.Public, "/haand/{token}", r.change)
	m.Get(authz.Public, "/haand/{token}/fortryd", r.askWithdraw)
	m.Post(authz.Public, "/haand/{token}/fortryd", r.withdraw)
	m.Get(authz.Public, "/svar/{token}", r.invitation)
	m.Post(authz.Public, "/svar/{token}", r.answer)
	m.Stream(authz.Public, "/svar/{token}/nu", r.listenByToken)
	m.Get(authz.Public, "/svar/{token}/foreslaa", r.suggestion)
	m.Post(authz.Public, "/svar/{token}/foreslaa", r.suggest)
}

// listing is the asks that anybody may answer.
type listing struct {
	form      *form.State
	districts []district.Choice
	asks      []ask.Listing
}

func (r Room) list(q *route.Request) (route.Page, error) {
	v := listing{form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	if v.asks, err = r.Asks.Public(q.Context(), v.form.Value("bydel")); err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(v)), nil
}

// detail is one ask with who covers it, and the form that raises a hand.
type detail struct {
	ask.Ask
	covering []ask.Covering
	form     *form.State
	late     bool
}

func (r Room) read(q *route.Request, state *form.State) (detail, error) {
	id, err := q.UUID("id")
	if err != nil {
		return detail{}, err
	}
	a, err := r.Asks.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return detail{}, err
	}
	v := detail{Ask: a, form: state, late: a.Late(q.Now())}
	v.covering, err = r.Asks.Covered(q.Context(), id)
	return v, err
}

// raises tells whether the page takes hands.
func (v detail) raises() bool { return v.Public && v.Status == ask.Open }

func (r Room) show(q *route.Request) (route.Page, error) {
	v, err := r.read(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	v.form = askview.Form(v.Ask, nil, "")
	return route.Show(showPage(v)), nil
}

// listen tells a page that looks at the ask that it has changed.
func (r Room) listen(q *route.Request) (<-chan struct{}, func(), error) {
	id, err := q.UUID("id")
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.Asks.ByID(q.Context(), q.Actor, id); err != nil {
		return nil, nil, err
	}
	heard, stop := r.Asks.Listen(id)
	return heard, stop, nil
}

func (r Room) listenByToken(q *route.Request) (<-chan struct{}, func(), error) {
	i, err := r.Asks.ByToken(q.Context(), token(q))
	if err != nil {
		return nil, nil, err
	}
	heard, stop := r.Asks.Listen(i.ID)
	return heard, stop, nil
}

func (r Room) raise(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	a, err := r.Asks.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := askview.Bind(q, a)
	var token ask.Token
	if err == nil {
		token, err = r.Asks.AnswerPublic(q.Context(), q.Actor, id, in)
	}
	if err == nil {
		return route.SeeOther("/haand/" + url.PathEscape(string(token))).Saying("flash.asks_raised"), nil
	}
	v, failed := r.read(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return showPage(v) })
}

func token(q *route.Request) ask.Token { return ask.Token(q.Param("token")) }

// own is a person's hand as their own link shows it.
type own struct {
	ask.Ask
	hand ask.Hand
	form *form.State
	path string
}

func (r Room) readHand(q *route.Request, state *form.State) (own, error) {
	a, h, err := r.Asks.ByHand(q.Context(), token(q))
	if err != nil {
		return own{}, err
	}
	return own{Ask: a, hand: h, form: state, path: "/haand/" + url.PathEscape(string(token(q)))}, nil
}

func (r Room) hand(q *route.Request) (route.Page, error) {
	v, err := r.readHand(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	v.form = askview.Form(v.Ask, &v.hand, "")
	return route.Show(handPage(v)), nil
}

func (r Room) change(q *route.Request) (route.Page, error) {
	v, err := r.readHand(q, nil)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := askview.Bind(q, v.Ask)
	if err == nil {
		err = r.Asks.AnswerByHand(q.Context(), token(q), in)
	}
	if err == nil {
		return route.SeeOther(v.path).Saying("flash.asks_changed"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return handPage(v) })
}

func (r Room) askWithdraw(q *route.Request) (route.Page, error) {
	v, err := r.readHand(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(withdrawPage(v)), nil
}

func (r Room) withdraw(q *route.Request) (route.Page, error) {
	if err := r.Asks.Withdraw(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/opraab").Saying("flash.asks_withdrawn"), nil
}

// invited is an ask as the link in a letter shows it.
type invited struct {
	ask.Invitation
	form *form.State
	path string
	late bool
}

func (r Room) readInvitation(q *route.Request) (invited, error) {
	i, err := r.Asks.ByToken(q.Context(), token(q))
	if err != nil {
		return invited{}, err
	}
	if !i.Active {
		return invited{}, fault.New(fault.Gone, "asks.organisation_paused")
	}
	return invited{Invitation: i, path: "/svar/" + url.PathEscape(string(token(q))), late: i.Late(q.Now())}, nil
}

func (r Room) invitation(q *route.Request) (route.Page, error) {
	v, err := r.readInvitation(q)
	if err != nil {
		return route.Page{}, err
	}
	v.form = askview.Form(v.Ask, v.Mine, v.Person)
	return route.Show(invitationPage(v)), nil
}

func (r Room) answer(q *route.Request) (route.Page, error) {
	v, err := r.readInvitation(q)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := askview.Bind(q, v.Ask)
	if err == nil {
		err = r.Asks.AnswerByToken(q.Context(), token(q), in)
	}
	if err == nil {
		said := "flash.asks_answered_no"
		switch {
		case in.Yes && v.late:
			said = "flash.asks_answered_late"
		case in.Yes:
			said = "flash.asks_answered_yes"
		}
		return route.SeeOther(v.path).Saying(said), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return invitationPage(v) })
}

// suggesting is the form that names somebody else.
type suggesting struct {
	invited
	organisations []organisation.Choice
}

func (r Room) readSuggestion(q *route.Request, state *form.State) (suggesting, error) {
	v, err := r.readInvitation(q)
	if err != nil {
		return suggesting{}, err
	}
	v.form = state
	s := suggesting{invited: v}
	s.organisations, err = r.Organisations.Choices(q.Context())
	return s, err
}

func (r Room) suggestion(q *route.Request) (route.Page, error) {
	v, err := r.readSuggestion(q, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(suggestPage(v)), nil
}

func (r Room) suggest(q *route.Request) (route.Page, error) {
	var typed struct {
		Organisation string `form:"organisation"`
		Name         string `form:"name"`
		Email        string `form:"email"`
	}
	state, err := form.Bind(q.Request, &typed)
	v, failed := r.readSuggestion(q, state)
	if failed != nil {
		return route.Page{}, failed
	}
	if err == nil {
		in := ask.Suggestion{Name: typed.Name, Email: typed.Email}
		in.Organisation, _ = uuid.Parse(typed.Organisation) // none: somebody we do not know yet
		err = r.Asks.Suggest(q.Context(), token(q), in)
	}
	if err == nil {
		return route.SeeOther(v.path).Saying("flash.asks_suggested"), nil
	}
	return route.Again(err, state, func() templ.Component { return suggestPage(v) })
}
