// Package follows is the room where an address begins to follow a district or an
// initiative, and where its owner sees what it follows and stops it.
package follows

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/follow"
	"mellemrum/web/brake"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// How often one network address may ask: enough for a family, or for a café
// where one phone goes round.
const (
	tries = 12
	pause = 30 * time.Second
)

// Room is the pages of those who follow.
type Room struct {
	Follows *follow.Service
}

const (
	home     = "/foelg"
	sentPath = home + "/tak"
)

// paths are where the pages of what can be followed are.
var paths = map[follow.Kind]string{follow.District: "/bydele", follow.Initiative: "/initiativer"}

type room struct {
	Room
	brake *brake.Brake
}

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	one := room{r, brake.New(tries, pause)}
	for _, kind := range []follow.Kind{follow.District, follow.Initiative} {
		m.Get(authz.Public, paths[kind]+"/{slug}/foelg", one.show(kind))
		m.Post(authz.Public, paths[kind]+"/{slug}/foelg", one.ask(kind))
	}
	m.Get(authz.Public, sentPath, one.sent)
	m.Get(authz.Public, home+"/{token}", one.own)
	m.Post(authz.Public, home+"/{token}", one.confirm)
	m.Get(authz.Public, home+"/{token}/stop", one.toOwn)
	m.Post(authz.Public, home+"/{token}/stop", one.stopAll)
	m.Get(authz.Public, home+"/{token}/stop/{id}", one.toOwn)
	m.Post(authz.Public, home+"/{token}/stop/{id}", one.stop)
}

// asking is the form of one thing.
type asking struct {
	follow.Thing
	form *form.State
}

func (v asking) path() string { return paths[v.Kind] + "/" + v.Slug }

func (r room) show(kind follow.Kind) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		what, err := r.Follows.ByName(q.Context(), kind, q.Param("slug"))
		if err != nil {
			return route.Page{}, err
		}
		return route.Show(askPage(asking{what, form.New(nil)})), nil
	}
}

func (r room) ask(kind follow.Kind) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		var typed struct {
			Email string `form:"email"`
		}
		state, err := form.Bind(q.Request, &typed)
		what, failed := r.Follows.ByName(q.Context(), kind, q.Param("slug"))
		if failed != nil {
			return route.Page{}, failed
		}
		in := follow.Request{Kind: kind, Slug: what.Slug, Email: typed.Email, Locale: q.Locale.Code}
		if err == nil {
			err = in.Validate().Err() // who mistypes is not slowed down
		}
		if err == nil && !r.brake.Allows(q.Address(), q.Now()) {
			err = fault.New(fault.TooMany, "follow.slow_down")
		}
		if err == nil {
			err = r.Follows.Ask(q.Context(), in)
		}
		if err != nil {
			return route.Again(err, state, func() templ.Component { return askPage(asking{what, state}) })
		}
		return route.SeeOther(sentPath), nil
	}
}

func (r room) sent(*route.Request) (route.Page, error) { return route.Show(sentPage()), nil }

// owning is what an address follows, as its own link shows it.
type owning struct {
	follow.Own
	path string
}

func token(q *route.Request) follow.Token { return follow.Token(q.Param("token")) }

func ownPath(q *route.Request) string { return home + "/" + url.PathEscape(q.Param("token")) }

func (r room) own(q *route.Request) (route.Page, error) {
	own, err := r.Follows.ByToken(q.Context(), token(q))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(ownPage(owning{own, ownPath(q)})), nil
}

func (r room) confirm(q *route.Request) (route.Page, error) {
	if err := r.Follows.Confirm(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(ownPath(q)).Saying("flash.follow_confirmed"), nil
}

func (r room) toOwn(q *route.Request) (route.Page, error) { return route.SeeOther(ownPath(q)), nil }

// stop ends one follow.
func (r room) stop(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err == nil {
		err = r.Follows.Stop(q.Context(), token(q), id)
	}
	if err != nil {
		return route.Page{}, err
	}
	// After the last the link leads nowhere any more.
	if _, err := r.Follows.ByToken(q.Context(), token(q)); fault.Is(err, fault.Gone) {
		return stopped()
	} else if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(ownPath(q)).Saying("flash.follow_stopped"), nil
}

func (r room) stopAll(q *route.Request) (route.Page, error) {
	if err := r.Follows.StopAll(q.Context(), token(q)); err != nil {
		return route.Page{}, err
	}
	return stopped()
}

func stopped() (route.Page, error) {
	return route.SeeOther(paths[follow.District]).Saying("flash.follow_stopped_all"), nil
}
