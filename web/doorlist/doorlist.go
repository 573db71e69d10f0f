// Package doorlist is the list at a café's door: who has a place, who waits,
// who came. Staff and the partners that hold a café use the same one, each
// under their own address.
package doorlist

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// Door is the door lists of one area of the portal.
type Door struct {
	Cafes  *cafe.Service
	Rule   authz.Rule
	Prefix string // what stands before /{slug}/{date}: "/stab/cafeer"
	Manage bool   // whether dates are cancelled and made larger from here
	// Frame adds the area's own navigation to a page.
	Frame func(context.Context, ui.Page) ui.Page
	// Back is the page above a date's.
	Back func(context.Context, cafe.Occasion) *ui.Link
}

// Mount adds the door's pages.
func (d Door) Mount(m *route.Mux) {
	at := d.Prefix + "/{slug}/{date}"
	m.Get(d.Rule, at, d.show)
	m.Get(d.Rule, at+"/deltagere.csv", d.csv)
	m.Get(d.Rule, at+"/deltagere.xlsx", d.xlsx)
	d.mountCheckIn(m, at)
	m.Get(d.Rule, at+"/"+stepAssist, d.assist)
	m.Post(d.Rule, at+"/"+stepAssist, d.signUpFor)
	m.Get(d.Rule, at+"/"+stepList, d.paperList)
	m.Post(d.Rule, at+"/"+stepList, d.writeList)
	m.Get(d.Rule, at+"/"+stepSlips, d.listSlips)
	m.Get(d.Rule, at+"/"+stepSlip+"/{signup}", d.slip)
	m.Post(d.Rule, at+"/"+stepSlip+"/{signup}", d.newSlip)
	d.action(m, at, stepCame, d.tick)
	d.action(m, at, stepWalkIn, d.walkIn)
	d.action(m, at, stepYes, d.sayYes)
	if d.Manage {
		d.action(m, at, stepCancel, d.cancel)
		d.action(m, at, stepCapacity, d.capacity)
		d.mountErase(m, at)
	}
}

// The last part of the actions' addresses.
const (
	stepCame     = "fremmoede"
	stepWalkIn   = "gaest"
	stepYes      = "sagt-ja"
	stepCancel   = "aflys"
	stepCapacity = "kapacitet"
)

// action mounts a form's address. Who comes there without sending it, by
// changing language beside a mistake, is led back to the list.
func (d Door) action(m *route.Mux, at, step string, h route.Handler) {
	m.Post(d.Rule, at+"/"+step, h)
	m.Get(d.Rule, at+"/"+step, func(q *route.Request) (route.Page, error) { return route.SeeOther(d.path(q)), nil })
}

func (d Door) path(q *route.Request) string {
	return d.Prefix + "/" + q.Param("slug") + "/" + q.Param("date")
}

// date is the date in the address; an address that cannot be one is NotFound.
func date(q *route.Request) (time.Time, error) {
	t, ok := cafe.ParseDate(q.Param("date"))
	if !ok || !text.IsSlug(q.Param("slug")) {
		return time.Time{}, fault.New(fault.NotFound, "cafes.no_such_date")
	}
	return t, nil
}

// list is a door list with the form that is being worked at.
type list struct {
	cafe.Guestlist
	door   Door
	form   *form.State
	step   string // whose form it is; empty: none's
	manage bool
	erases bool // whether a person's traces are erased from here
	coming bool
	over   bool
	groups []group
}

// group is one kind of place, or one shift, with its people.
type group struct {
	cafe.Place
	placed, waiting, gone []cafe.Line
	signedUp              int // people who had a place
	came, walked          int // people who came in all; without having signed up
	absent                int // people who had a place and were not seen: a number, never who
}

func (d Door) read(q *route.Request, state *form.State, step string) (list, error) {
	day, err := date(q)
	if err != nil {
		return list{}, err
	}
	g, err := d.Cafes.Guestlist(q.Context(), q.Actor, q.Param("slug"), day)
	if err != nil {
		return list{}, err
	}
	v := list{Guestlist: g, door: d, form: state, step: step, coming: g.Occasion.Coming(q.Now()), over: !q.Now().Before(g.Occasion.EndsAt)}
	v.manage = d.Manage && q.Actor.MayEditCafe(g.Occasion.DistrictID) && g.Occasion.CancelledAt == nil && !v.over
	v.erases = d.Manage && q.Actor.MayEditCafe(g.Occasion.DistrictID)
	for _, p := range g.Occasion.Places {
		v.groups = append(v.groups, grouped(p, g, v.over))
	}
	return v, nil
}

// grouped gathers the people of a place. Once the café is over nobody is listed
// as not having come: they are a number.
func grouped(p cafe.Place, g cafe.Guestlist, over bool) group {
	one := group{Place: p, walked: g.WalkIns[p.Key]}
	one.came = one.walked
	for _, l := range g.Lines {
		if l.Key != p.Key {
			continue
		}
		came := 0
		if l.Came != nil {
			came = *l.Came
		}
		one.came += came
		if l.Status == cafe.Placed {
			one.signedUp += l.Party
			one.absent += max(l.Party-came, 0)
		}
		switch {
		case over && l.Came != nil && came == 0:
		case l.Status == cafe.Placed:
			one.placed = append(one.placed, l)
		case l.Status == cafe.Waiting:
			one.waiting = append(one.waiting, l)
		default:
			one.gone = append(one.gone, l)
		}
	}
	return one
}

// absent is how many people who had a place were not seen, once the café is
// over and somebody has counted at all.
func (v list) absent() int {
	if !v.over || v.Came() == 0 {
		return 0
	}
	n := 0
	for _, g := range v.groups {
		n += g.absent
	}
	return n
}

func (v list) path() string {
	return v.door.Prefix + "/" + v.Occasion.Slug + "/" + v.Occasion.OnDate.Format(cafe.DateFormat)
}

// formOf is the form of a step: what was typed, when it is the one that was
// sent, else empty.
func (v list) formOf(step string) *form.State {
	if v.step == step {
		return v.form
	}
	return form.New(nil)
}

// signedUp are the sign-ups that stand.
func (v list) signedUp() []cafe.Line {
	return slices.DeleteFunc(slices.Clone(v.Lines), func(l cafe.Line) bool { return l.Status == cafe.Cancelled })
}

// mailed is how many a cancellation reaches by mail, toCall are those it does
// not, whom somebody has to phone, and unreachable those who cannot be told at
// all before they come.
func (v list) mailed() int {
	n := 0
	for _, l := range v.signedUp() {
		if getsMail(l) {
			n++
		}
	}
	return n
}

func (v list) toCall() []cafe.Line {
	return slices.DeleteFunc(v.signedUp(), func(l cafe.Line) bool { return getsMail(l) || l.Phone == "" })
}

func (v list) unreachable() []cafe.Line {
	return slices.DeleteFunc(v.signedUp(), func(l cafe.Line) bool { return getsMail(l) || l.Phone != "" || l.Name == "" })
}

func getsMail(l cafe.Line) bool { return l.Email != "" && !l.Bounced }

// untold tells whether there is news for somebody whom no mail reaches: a place,
// a question whether they still want one, a new time.
func untold(l cafe.Line) bool {
	news := l.Status == cafe.Placed && l.Because != "" || l.Status == cafe.Waiting && l.Called && !l.SaidYes ||
		l.Status != cafe.Cancelled && l.KeepAsked && !l.Kept
	return news && !getsMail(l)
}

// ticking tells whether people can be counted: not at a café that was called
// off.
func (v list) ticking() bool { return v.Occasion.CancelledAt == nil }

func (d Door) show(q *route.Request) (route.Page, error) {
	v, err := d.read(q, form.New(nil), "")
	if fault.Is(err, fault.NotFound) {
		return d.moved(q, err)
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(page(v)), nil
}

// moved leads an old link to where the date is held now. Who may not see that
// list is told so there.
func (d Door) moved(q *route.Request, otherwise error) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, otherwise
	}
	to, err := d.Cafes.MovedTo(q.Context(), q.Param("slug"), day)
	if err != nil {
		return route.Page{}, otherwise
	}
	return route.SeeOther(d.Prefix + "/" + q.Param("slug") + "/" + to.Format(cafe.DateFormat)).Saying("flash.series_was_moved"), nil
}

// again shows the list once more with a form that was refused.
func (d Door) again(q *route.Request, err error, state *form.State, step string) (route.Page, error) {
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v, readErr := d.read(q, state, step)
	if readErr != nil {
		return route.Page{}, readErr
	}
	return route.Again(err, state, func() templ.Component { return page(v) })
}

func (d Door) tick(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		SignUp string `form:"signup"`
		Came   int    `form:"came"`
	}
	state, err := form.Bind(q.Request, &in)
	id, notID := uuid.Parse(in.SignUp)
	if err == nil && notID != nil {
		return route.Page{}, fault.Wrap(fault.NotFound, "", notID)
	}
	if err == nil {
		err = d.Cafes.TickCame(q.Context(), q.Actor, q.Param("slug"), day, id, in.Came)
	}
	if err != nil {
		return d.again(q, err, state, stepCame)
	}
	return route.SeeOther(d.path(q) + "#" + anchor(id)), nil
}

// sayYes notes the yes of somebody who was phoned.
func (d Door) sayYes(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		SignUp string `form:"signup"`
	}
	state, err := form.Bind(q.Request, &in)
	id, notID := uuid.Parse(in.SignUp)
	if err == nil && notID != nil {
		return route.Page{}, fault.Wrap(fault.NotFound, "", notID)
	}
	if err == nil {
		err = d.Cafes.SayYesFor(q.Context(), q.Actor, q.Param("slug"), day, id)
	}
	if err != nil {
		return d.again(q, err, state, stepYes)
	}
	return route.SeeOther(d.path(q) + "#" + anchor(id)), nil
}

func (d Door) walkIn(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Kind   string `form:"kind"`
		People int    `form:"people"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		err = d.Cafes.WalkIn(q.Context(), q.Actor, q.Param("slug"), day, in.Kind, in.People)
	}
	if err != nil {
		return d.again(q, err, state, stepWalkIn)
	}
	return route.SeeOther(d.path(q) + "#" + walkInID(in.Kind)), nil
}

func (d Door) cancel(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Reason string `form:"reason"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		_, err = d.Cafes.CancelDate(q.Context(), q.Actor, q.Param("slug"), day, in.Reason)
	}
	if err != nil {
		return d.again(q, err, state, stepCancel)
	}
	return route.SeeOther(d.path(q)).Saying("flash.doorlist_cancelled"), nil
}

func (d Door) capacity(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Kind     string `form:"kind"`
		Capacity int    `form:"capacity"`
	}
	state, err := form.Bind(q.Request, &in)
	if err == nil {
		err = d.Cafes.SetCapacity(q.Context(), q.Actor, q.Param("slug"), day, in.Kind, in.Capacity)
	}
	if err != nil {
		return d.again(q, err, state, stepCapacity)
	}
	return route.SeeOther(d.path(q)).Saying("flash.doorlist_capacity"), nil
}

// anchor names a line on the page, so that one is back at it after ticking.
func anchor(id uuid.UUID) string { return "l-" + strings.ReplaceAll(id.String(), "-", "") }

func walkInID(place string) string { return "uden-" + place }
