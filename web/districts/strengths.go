package districts

import (
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// How often one address may say what a district is good at.
const (
	tries = 8
	pause = time.Minute
)

const receiptPath = "/styrke"

func (r Room) answers(q *route.Request) (route.Page, error) {
	d, err := r.Districts.BySlug(q.Context(), q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	list, err := r.Initiatives.InDistrict(q.Context(), d.Slug, mostAnswers)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(answersPage(d, list)), nil
}

// suggesting is a strength as it is written.
type suggesting struct {
	district.District
	form *form.State
}

func (v suggesting) path() string { return "/bydele/" + v.Slug + "/styrke" }

func (r Room) newStrength(q *route.Request) (route.Page, error) {
	d, err := r.Districts.BySlug(q.Context(), q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(strengthPage(suggesting{d, form.New(nil).Set("id", uuid.Must(uuid.NewV7()).String())})), nil
}

func (r Room) suggest(q *route.Request) (route.Page, error) {
	d, err := r.Districts.BySlug(q.Context(), q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		ID     string `form:"id"`
		Body   string `form:"body"`
		SaidBy string `form:"said_by"`
		Email  string `form:"email"`
	}
	state, err := form.Bind(q.Request, &typed)
	in := district.Suggestion{Body: typed.Body, SaidBy: typed.SaidBy, Email: typed.Email, Locale: q.Locale.Code}
	var unread error
	if in.ID, unread = uuid.Parse(typed.ID); unread != nil {
		in.ID = uuid.Must(uuid.NewV7())
	}
	if err == nil {
		err = form.InOrder(in.Validate(), "body", "said_by", "email").Err() // who mistypes is not slowed down
	}
	if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
		err = fault.New(fault.TooMany, "strengths.slow_down")
	}
	var token string
	if err == nil {
		token, err = r.Districts.Suggest(q.Context(), d.Slug, in)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return strengthPage(suggesting{d, state}) })
	}
	return route.SeeOther(receiptPath + "/" + url.PathEscape(token)).Saying("flash.strength_kept"), nil
}

// kept is a suggestion as its writer's own link shows it.
type kept struct {
	district.Suggested
	path string
}

func (r Room) receipt(q *route.Request) (route.Page, error) {
	s, err := r.Districts.SuggestionBy(q.Context(), q.Param("token"))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(keptPage(kept{s, receiptPath + "/" + url.PathEscape(q.Param("token"))})), nil
}

func (r Room) withdraw(q *route.Request) (route.Page, error) {
	s, err := r.Districts.SuggestionBy(q.Context(), q.Param("token"))
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Districts.WithdrawSuggestion(q.Context(), q.Param("token")); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther("/bydele/" + s.Slug).Saying("flash.strength_withdrawn"), nil
}
