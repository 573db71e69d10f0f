package initiatives

import (
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// Rows without anything in them that a form shows at first, and after its
// button for more.
const (
	blankRows = 2
	moreRows  = 5
)

// inviting is who can be asked along.
type inviting struct {
	detail
	form      *form.State
	districts []district.Choice
	groups    []group
}

// group is the organisations of one kind that are not there yet.
type group struct {
	organisation.Kind
	list    []organisation.Summary
	missing bool // nobody of the kind is in it
}

// lacking are the kinds that nobody is of.
func (v inviting) lacking() []organisation.Kind {
	var list []organisation.Kind
	for _, g := range v.groups {
		if g.missing {
			list = append(list, g.Kind)
		}
	}
	return list
}

func (r Room) readInviting(q *route.Request, d detail, state *form.State) (inviting, error) {
	v := inviting{detail: d, form: state}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return v, err
	}
	all, err := r.Organisations.List(q.Context(), organisation.Filter{})
	if err != nil {
		return v, err
	}
	// Who is chosen stays, whichever district is looked at.
	all = slices.DeleteFunc(all, func(o organisation.Summary) bool {
		return !worksIn(o, state.Value("bydel")) && !slices.Contains(state.Values("organisations"), o.ID.String())
	})
	for _, kind := range organisation.Kinds {
		g := group{Kind: kind, missing: !slices.ContainsFunc(d.Parties, func(p initiative.Party) bool { return p.Kind == string(kind) })}
		for _, o := range all {
			if o.Kind == kind && !slices.ContainsFunc(d.Parties, func(p initiative.Party) bool { return p.OrganisationID == o.ID }) {
				g.list = append(g.list, o)
			}
		}
		if len(g.list) > 0 {
			v.groups = append(v.groups, g)
		}
	}
	return v, nil
}

// worksIn tells whether an organisation works in the district with that slug;
// without one, everywhere.
func worksIn(o organisation.Summary, slug string) bool {
	return slug == "" || len(o.Districts) == 0 || slices.ContainsFunc(o.Districts, func(d organisation.DistrictRef) bool { return d.Slug == slug })
}

// chooseParties begins with those of the initiative's district when it has one.
func (r Room) chooseParties(q *route.Request, d detail) (route.Page, error) {
	query := q.URL.Query()
	state := form.New(url.Values{"bydel": {query.Get("bydel")}})
	if !query.Has("bydel") && len(d.Districts) == 1 {
		state.Set("bydel", d.Districts[0].Slug)
	}
	v, err := r.readInviting(q, d, state)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(invitePage(v)), nil
}

func (r Room) invite(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		Organisations []string `form:"organisations"`
		Look          string   `form:"look"` // only look at another district
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil && typed.Look != "" {
		v, err := r.readInviting(q, d, state)
		return route.Show(invitePage(v)), err
	}
	if err == nil {
		_, err = r.Initiatives.Invite(q.Context(), q.Actor, d.ID, form.IDs(typed.Organisations))
	}
	if err == nil {
		return done(d, "flash.initiatives_invited")
	}
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v, failed := r.readInviting(q, d, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return invitePage(v) })
}

// shareForm is what a party brings, as it is written.
type shareForm struct {
	detail
	initiative.Party
	form *form.State
	rows int
}

type typedShare struct {
	Contribution string        `form:"contribution"`
	People       []typedPerson `form:"people"`
	More         string        `form:"more"`
}

type typedPerson struct {
	Name  string `form:"name"`
	Role  string `form:"role"`
	Level string `form:"level"`
}

// compact removes the rows that nobody wrote in, so that rows and mistakes are
// counted alike.
func (t *typedShare) compact() {
	t.People = slices.DeleteFunc(t.People, func(p typedPerson) bool { return form.Blank(p.Name, p.Role) })
}

func (t typedShare) form(d detail, p initiative.Party, blanks int) shareForm {
	v := shareForm{detail: d, Party: p, form: form.New(nil).Set("contribution", t.Contribution), rows: min(len(t.People)+blanks, initiative.MaxPeople)}
	for n := range max(v.rows, len(t.People)) {
		one := typedPerson{Level: string(initiative.Operational)}
		if n < len(t.People) {
			one = t.People[n]
		}
		v.form.Set(initiative.PersonField(n, "name"), one.Name).Set(initiative.PersonField(n, "role"), one.Role).Set(initiative.PersonField(n, "level"), one.Level)
	}
	v.rows = max(v.rows, len(t.People))
	return v
}

func (t typedShare) input() initiative.Share {
	in := initiative.Share{Contribution: t.Contribution}
	for _, p := range t.People {
		in.People = append(in.People, initiative.Person{Name: p.Name, Role: p.Role, Level: initiative.Level(p.Level)})
	}
	return in
}

// readShare finds a party that the reader speaks for.
func (r Room) readShare(q *route.Request) (detail, initiative.Party, error) {
	d, err := r.read(q)
	if err != nil {
		return d, initiative.Party{}, err
	}
	p, err := d.party(q)
	if err == nil && !d.actor.MemberOf(p.OrganisationID) && !d.KeptBy(d.actor) {
		err = fault.New(fault.Forbidden, "")
	}
	return d, p, err
}

func (r Room) editShare(q *route.Request) (route.Page, error) {
	d, p, err := r.readShare(q)
	if err != nil {
		return route.Page{}, err
	}
	if d.Status.Ended() {
		return route.SeeOther(d.work()), nil
	}
	typed := typedShare{Contribution: p.Contribution}
	for _, one := range p.People {
		typed.People = append(typed.People, typedPerson{one.Name, one.Role, string(one.Level)})
	}
	return route.Show(sharePage(typed.form(d, p, blankRows))), nil
}

func (r Room) saveShare(q *route.Request) (route.Page, error) {
	d, p, err := r.readShare(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedShare
	if _, err = form.Bind(q.Request, &typed); err != nil && len(fault.FieldsOf(err)) == 0 {
		return route.Page{}, err
	}
	typed.compact()
	if typed.More != "" {
		return route.Show(sharePage(typed.form(d, p, moreRows))), nil
	}
	if err == nil {
		in := typed.input()
		if err = form.InOrder(in.Validate(), "contribution", "people").Err(); err == nil {
			err = r.Initiatives.Join(q.Context(), q.Actor, d.ID, p.ID, in)
		}
	}
	if err == nil {
		if p.Joined() {
			return done(d, "flash.initiatives_share")
		}
		return done(d, "flash.initiatives_joined")
	}
	v := typed.form(d, p, blankRows)
	return route.Again(err, v.form, func() templ.Component { return sharePage(v) })
}

func (r Room) leave(q *route.Request) (route.Page, error) {
	d, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	p, err := d.party(q)
	if fault.Is(err, fault.NotFound) { // pressed twice
		if d.opens() {
			return route.SeeOther(d.work()), nil
		}
		return route.SeeOther(d.list()), nil
	}
	if err == nil {
		err = r.Initiatives.Leave(q.Context(), q.Actor, d.ID, p.ID)
	}
	if err != nil {
		return r.again(q, err)
	}
	if d.actor.Role == authz.Partner && d.actor.MemberOf(p.OrganisationID) {
		return route.SeeOther(d.list()).Saying("flash.initiatives_left"), nil
	}
	return done(d, "flash.initiatives_left")
}

func (r Room) lead(q *route.Request, d detail) (route.Page, error) {
	p, err := d.party(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Lead string `form:"lead"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	if err := r.Initiatives.Lead(q.Context(), q.Actor, d.ID, p.ID, typed.Lead == "1"); err != nil {
		return r.again(q, err)
	}
	return done(d, "flash.initiatives_lead")
}
