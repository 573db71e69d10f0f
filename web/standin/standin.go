// Package standin is the room of those who are asked to take a shift that
// somebody left late. The link in their mail opens it.
package standin

import (
	"context"
	"net/url"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is the shift that is asked for.
type Room struct {
	Cafes *cafe.Service
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, "/vagt/{token}", r.show)
	m.Post(authz.Public, "/vagt/{token}", r.answer)
	m.Get(authz.Public, "/vagt/{token}/stop", r.askStop)
	m.Post(authz.Public, "/vagt/{token}/stop", r.stop)
}

// resident acts for whoever holds a personal link.
var resident = authz.Actor{Role: authz.Resident}

func token(q *route.Request) cafe.Token { return cafe.Token(q.Param("token")) }

func path(t cafe.Token) string { return "/vagt/" + url.PathEscape(string(t)) }

// shift is the page of one ask.
type shift struct {
	cafe.StandInAsk
	path string
	past bool
}

func (r Room) read(q *route.Request) (shift, error) {
	k, err := r.Cafes.AskByToken(q.Context(), token(q))
	return shift{k, path(token(q)), !k.Coming(q.Now())}, err
}

func (r Room) show(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(shiftPage(v)), nil
}

// answer takes yes or not this time. A yes that wins the shift leads to the
// sign-up it became; any other answer to the page that says what came of it.
func (r Room) answer(q *route.Request) (route.Page, error) {
	var in struct {
		Answer cafe.Answer `form:"answer"`
	}
	if _, err := form.Bind(q.Request, &in); err != nil {
		return route.Page{}, err
	}
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	if v.past {
		return route.SeeOther(v.path), nil // the page says why
	}
	switch in.Answer {
	case cafe.AnswerYes:
		_, receipt, err := r.Cafes.StandIn(q.Context(), resident, token(q))
		if err != nil {
			return route.Page{}, err
		}
		if receipt.Token != "" {
			return route.SeeOther("/tilmelding/" + url.PathEscape(string(receipt.Token))), nil
		}
	case cafe.Unanswered, cafe.AnswerLate: // nobody can choose these: the page is shown again
	case cafe.AnswerNo:
		if err := r.Cafes.NotThisTime(q.Context(), resident, token(q)); err != nil {
			return route.Page{}, err
		}
	}
	return route.SeeOther(v.path), nil
}

func (r Room) askStop(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(stopPage(v)), nil
}

func (r Room) stop(q *route.Request) (route.Page, error) {
	k, err := r.Cafes.StopAsking(q.Context(), resident, token(q))
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/cafeer/" + k.Slug).Saying("flash.waiting_stopped"), nil
}

// mayAnswer tells whether a yes is still of use.
func (v shift) mayAnswer() bool {
	return !v.past && !v.Taken() && v.Answer != cafe.AnswerYes
}

// words are the page's title and what it says below.
func (v shift) words(ctx context.Context) (title, lead string) {
	switch {
	case v.Answer == cafe.AnswerYes:
		return ui.T(ctx, "waiting.yes_title"), ui.T(ctx, "waiting.yes_lead")
	case v.CancelledAt != nil:
		return ui.T(ctx, "waiting.cancelled_title"), ui.T(ctx, "waiting.cancelled_lead")
	case v.past:
		return ui.T(ctx, "waiting.over_title"), ui.T(ctx, "waiting.over_lead")
	case v.Taken() && v.Answer == cafe.AnswerLate:
		return ui.T(ctx, "waiting.late_title"), ui.T(ctx, "waiting.late_lead")
	case v.Taken():
		return ui.T(ctx, "waiting.taken_title"), ui.T(ctx, "waiting.taken_lead")
	case v.Answer == cafe.AnswerNo:
		return ui.T(ctx, "waiting.no_title"), ui.T(ctx, "waiting.no_lead")
	}
	return ui.T(ctx, "waiting.ask_title"), ui.T(ctx, "waiting.ask_lead")
}
