// Package mailprefs is the room where readers say what they want to be written
// to about, and how often. The link in a letter opens it for the address the
// letter went to; who is signed in opens it for their own.
package mailprefs

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Room is where one chooses.
type Room struct {
	Mails mail.Choices
}

const own = "/mails"

// Mount adds the room's pages.
func (r Room) Mount(m *route.Mux) {
	m.Get(authz.SignedIn, own, r.show)
	m.Post(authz.SignedIn, own, r.save)
	m.Get(authz.Public, own+"/{token}", r.show)
	m.Post(authz.Public, own+"/{token}", r.save)
	m.Get(authz.Public, own+"/{token}/afmeld", r.askOff)
	// Mail programs press this one for their readers (RFC 8058), from wherever
	// they are. What it needs to be safe is in the address.
	m.PostFromAnywhere(authz.Public, own+"/{token}/afmeld", r.off)
}

// view is the page of one address.
type view struct {
	mail.Reader
	path  string
	whole bool // the address is the reader's own account's: it is shown in full
	form  *form.State
}

// read finds whose page is asked for.
func (r Room) read(q *route.Request) (view, error) {
	if token := q.Param("token"); token != "" {
		reader, err := r.Mails.ByToken(q.Context(), token)
		return view{Reader: reader, path: own + "/" + url.PathEscape(token)}, err
	}
	reader, err := r.Mails.Of(q.Context(), q.Actor.Email)
	return view{Reader: reader, path: own, whole: true}, err
}

// actor is who changes the choices: whoever holds a link needs no account.
func actor(q *route.Request) authz.Actor {
	if q.Param("token") != "" {
		return authz.Actor{Role: authz.Resident}
	}
	return q.Actor
}

func (r Room) show(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	v.form = form.New(nil)
	for _, t := range mail.Topics() {
		v.form.Set(string(t), string(v.Pace(t)))
	}
	if v.Pause != nil {
		v.form.Set("pause", v.Pause.Format(form.TypedDate))
	}
	return route.Show(choose(v)), nil
}

func (r Room) save(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Pause string `form:"pause"`
	}
	v.form, err = form.Bind(q.Request, &typed)
	in := mail.Choice{Paces: map[mail.Topic]mail.Pace{}}
	for _, t := range mail.Topics() {
		if p := v.form.Value(string(t)); p != "" {
			in.Paces[t] = mail.Pace(p)
		}
	}
	if err == nil && typed.Pause != "" {
		day, ok := form.Date(typed.Pause)
		if !ok {
			err = fault.InField(fault.Invalid, "pause", "errors.field_date_invalid")
		}
		in.Pause = &day
	}
	if err == nil {
		err = r.Mails.Save(q.Context(), actor(q), v.Address, in)
	}
	if err != nil {
		return route.Again(err, v.form, func() templ.Component { return choose(v) })
	}
	return route.SeeOther(v.path).Saying("flash.mails_saved"), nil
}

// ending is the page of one press that ends letters of some topics.
type ending struct {
	view
	topics []mail.Topic
	action string
	done   bool
}

func (r Room) readOff(q *route.Request) (ending, error) {
	v, err := r.read(q)
	if err != nil {
		return ending{}, err
	}
	e := ending{view: v}
	for _, t := range mail.Topics() {
		if slices.Contains(q.URL.Query()["emne"], string(t)) {
			e.topics = append(e.topics, t)
		}
	}
	if len(e.topics) == 0 {
		return ending{}, fault.New(fault.NotFound, "")
	}
	e.action = v.path + "/afmeld?" + url.Values{"emne": names(e.topics)}.Encode()
	return e, nil
}

func names(topics []mail.Topic) []string {
	list := make([]string, len(topics))
	for i, t := range topics {
		list[i] = string(t)
	}
	return list
}

func (r Room) askOff(q *route.Request) (route.Page, error) {
	e, err := r.readOff(q)
	if err != nil {
		return route.Page{}, err
	}
	e.done = !slices.ContainsFunc(e.topics, func(t mail.Topic) bool { return e.Pace(t) != mail.Never })
	return route.Show(offPage(e)), nil
}

// off answers with a page and not with the way to one: a mail program takes
// anything else for a failure.
func (r Room) off(q *route.Request) (route.Page, error) {
	e, err := r.readOff(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Mails.Unsubscribe(q.Context(), authz.Actor{Role: authz.Resident}, e.Address, e.topics...); err != nil {
		return route.Page{}, err
	}
	e.done = true
	return route.Show(offPage(e)), nil
}

// paces are the options of a topic.
func paces(ctx context.Context, t mail.Topic) []ui.Option {
	var list []ui.Option
	for _, p := range t.Paces() {
		list = append(list, ui.Option{Value: string(p), Label: ui.T(ctx, t.PaceKey(p))})
	}
	return list
}

// address is shown in full to its owner only: a letter may have been passed on.
func (v view) address() string {
	if v.whole {
		return v.Address
	}
	return v.Masked()
}
