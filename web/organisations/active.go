package organisations

import (
	"net/url"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/organisation"
	"mellemrum/web/route"
)

const activePath = "/samarbejdspartnere/bekraeft/"

func (r Room) mountActive(m *route.Mux) {
	m.Get(authz.Public, activePath+"{token}", r.showActive(activePage))
	m.Post(authz.Public, activePath+"{token}", r.answerActive(true))
	m.Get(authz.Public, activePath+"{token}/stoppet", r.showActive(stoppedPage))
	m.Post(authz.Public, activePath+"{token}/stoppet", r.answerActive(false))
}

// existing is an organisation as the link of its yearly letter shows it.
type existing struct {
	organisation.Existence
	path string
}

func readActive(q *route.Request) string { return activePath + url.PathEscape(q.Param("token")) }

func (r Room) showActive(page func(existing) templ.Component) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		e, err := r.Organisations.ByActiveToken(q.Context(), organisation.ActiveToken(q.Param("token")))
		if err != nil {
			return route.Page{}, err
		}
		return route.Show(page(existing{e, readActive(q)})), nil
	}
}

func (r Room) answerActive(active bool) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		if err := r.Organisations.AnswerActive(q.Context(), organisation.ActiveToken(q.Param("token")), active); err != nil {
			return route.Page{}, err
		}
		said := "flash.organisation_stopped"
		if active {
			said = "flash.organisation_active"
		}
		return route.SeeOther(readActive(q)).Saying(said), nil
	}
}
