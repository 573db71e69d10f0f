// Package initiatives is where an initiative is read by everybody and worked on
// by all who are in it. Staff and partners use the very same pages: no party
// ranks above another.
package initiatives

import (
	"net/url"
	"strconv"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/initiative"
	"mellemrum/internal/organisation"
	"mellemrum/internal/theme"
	"mellemrum/internal/workshop"
	"mellemrum/web/form"
	"mellemrum/web/initiativeview"
	"mellemrum/web/route"
)

// Room is the initiatives' pages.
type Room struct {
	Initiatives   *initiative.Service
	Concerns      *concern.Service
	Themes        *theme.Service
	Districts     *district.Service
	Organisations *organisation.Service
	Accounts      *account.Service
	Workshops     *workshop.Service
}

const home = "/initiativer"

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, home, r.list)
	m.Get(authz.Public, home+"/{slug}", r.show)
	r.mountWork(m)
	r.mountVoices(m)
}

// listing is the initiatives that everybody may read.
type listing struct {
	form      *form.State
	districts []district.Choice
	initiative.Page
}

func (r Room) list(q *route.Request) (route.Page, error) {
	v := listing{form: form.New(q.URL.Query())}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	f := initiative.Filter{District: v.form.Value("bydel"), Kind: initiative.Kind(v.form.Value("slags")), Status: initiative.Status(v.form.Value("status"))}
	if f.Page, err = strconv.Atoi(v.form.Value("side")); err != nil {
		f.Page = 1
	}
	if v.Page, err = r.Initiatives.List(q.Context(), f); err != nil {
		return route.Page{}, err
	}
	return route.Show(listPage(v)), nil
}

// filtered tells whether a choice is made.
func (v listing) filtered() bool {
	return v.form.Value("bydel")+v.form.Value("slags")+v.form.Value("status") != ""
}

// at is the address of another page of the same choice.
func (v listing) at(page int) string {
	query := url.Values{}
	for _, name := range []string{"bydel", "slags", "status"} {
		if s := v.form.Value(name); s != "" {
			query.Set(name, s)
		}
	}
	if page > 1 {
		query.Set("side", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return home
	}
	return home + "?" + query.Encode()
}

// detail is an initiative as its page shows it to a reader.
type detail struct {
	initiative.Initiative
	actor authz.Actor
	heard initiative.Heard // on the public page
	seen  []workshop.Seen  // likewise
}

func (v detail) path() string { return initiativeview.Path(v.Slug) }
func (v detail) work() string { return initiativeview.WorkPath(v.Slug) }

// opens tells whether the reader has business on the work page.
func (v detail) opens() bool {
	return v.WorkableBy(v.actor) || v.actor.Staff() || len(v.invitations()) > 0
}

// invitations are the parties of the reader that have not answered yet.
func (v detail) invitations() []initiative.Party {
	var list []initiative.Party
	for _, p := range v.Parties {
		if !p.Joined() && v.actor.MemberOf(p.OrganisationID) && v.actor.Role == authz.Partner {
			list = append(list, p)
		}
	}
	return list
}

// joined are the parties that have said yes, by name.
func (v detail) joined() []initiative.Party {
	var list []initiative.Party
	for _, p := range v.Parties {
		if p.Joined() {
			list = append(list, p)
		}
	}
	return list
}

// tookPart is how many residents have taken part, as the records count them.
func (v detail) tookPart() int {
	n := 0
	for _, in := range v.Involvements {
		n += in.Residents
	}
	return n
}

func (r Room) read(q *route.Request) (detail, error) {
	i, err := r.Initiatives.BySlug(q.Context(), q.Actor, q.Param("slug"))
	return detail{Initiative: i, actor: q.Actor}, err
}

func (r Room) show(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	if v.heard, err = r.Initiatives.Heard(q.Context(), v.ID); err != nil {
		return route.Page{}, err
	}
	if v.seen, err = r.Workshops.InPublic(q.Context(), v.ID); err != nil {
		return route.Page{}, err
	}
	return route.Show(showPage(v)), nil
}
