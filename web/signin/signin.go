// Package signin is the door of the portal: in, out, and to one's own page.
package signin

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/demo"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Room is the pages for signing in and out.
type Room struct {
	Accounts *account.Service
	Demo     bool // the demo's accounts stand on the page
}

const (
	inPath   = "/log-ind"
	outPath  = "/log-ud"
	minePath = "/min-side"

	partnerPath = "/partner"
)

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.Public, inPath, r.show)
	m.Post(authz.Public, inPath, r.signIn)
	m.Post(authz.Public, outPath, r.signOut)
	m.Get(authz.Public, minePath, r.mine)
	r.mountInvitations(m)
}

// view is the page with its form.
type view struct {
	form *form.State
	next string // where to afterwards; empty: one's own page
	demo []demo.SignIn
}

// path is where the form goes. The way on stands in the address, so that it
// survives a mistake and a change of language.
func (v view) path() string {
	if v.next == "" {
		return inPath
	}
	return inPath + "?" + url.Values{"videre": {v.next}}.Encode()
}

func (r Room) view(q *route.Request, state *form.State) view {
	v := view{form: state, next: local(q.URL.Query().Get("videre"))}
	if r.Demo {
		v.demo = demo.SignIns()
	}
	return v
}

// oneOfEach are the first account of each role, and the others.
func (v view) oneOfEach() (first, more []demo.SignIn) {
	seen := map[string]bool{}
	for _, s := range v.demo {
		if seen[s.Role] {
			more = append(more, s)
		} else {
			first = append(first, s)
		}
		seen[s.Role] = true
	}
	return first, more
}

func (v view) after() string {
	if v.next == "" {
		return minePath
	}
	return v.next
}

func (r Room) show(q *route.Request) (route.Page, error) {
	v := r.view(q, form.New(nil))
	if q.Actor.SignedIn() {
		return route.SeeOther(v.after()), nil
	}
	return route.Show(page(v)), nil
}

func (r Room) signIn(q *route.Request) (route.Page, error) {
	var in struct {
		Email    string `form:"email"`
		Password string `form:"password"`
	}
	state, err := form.Bind(q.Request, &in)
	var id uuid.UUID
	if err == nil {
		id, err = r.Accounts.Authenticate(q.Context(), in.Email, in.Password, q.Address())
	}
	v := r.view(q, state)
	if err != nil {
		return route.Again(err, state, func() templ.Component { return page(v) })
	}
	return route.SeeOther(v.after()).SigningIn(id), nil
}

// signOut also empties the browser of what check-in at the door has kept in it.
func (r Room) signOut(*route.Request) (route.Page, error) {
	return route.SeeOther("/").Saying("flash.signed_out").SigningOut().WithHeader("Clear-Site-Data", `"cache", "storage"`), nil
}

// mine leads to whatever is the reader's own: residents have their sign-ups.
func (r Room) mine(q *route.Request) (route.Page, error) {
	if !q.Actor.SignedIn() {
		return route.SeeOther("/tilmelding"), nil
	}
	return route.SeeOther(route.HomeOf(q.Actor)), nil
}

// local returns the path when it leads to a page of this portal and nowhere
// else; otherwise nothing. Browsers read a backslash as a slash, and two of
// them as the beginning of another address.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') {
		return ""
	}
	if u.Path == inPath || u.Path == outPath {
		return "" // in a circle
	}
	return path
}
