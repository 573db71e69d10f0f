package initiatives

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/internal/workshop"
	"mellemrum/web/form"
	"mellemrum/web/initiativeview"
	"mellemrum/web/route"
)

// mountWork adds the pages of those who work on an initiative. Who that is, the
// service decides for each.
func (r Room) mountWork(m *route.Mux) {
	m.Get(authz.SignedIn, home+"/ny", r.newInitiative)
	m.Post(authz.SignedIn, home+"/ny", r.create)
	const one = home + "/{slug}"
	m.Get(authz.SignedIn, one+"/arbejde", r.showWork)
	for _, p := range []struct {
		last      string
		get, post func(*route.Request, detail) (route.Page, error)
	}{
		{"/rediger", r.edit, r.save},
		{"/tekst", r.editWords, r.saveWords},
		{"/parter", r.chooseParties, r.invite},
		{"/beboere", r.newRecord, r.keepRecord},
		{"/trin", r.askStep, r.step},
	} {
		m.Get(authz.SignedIn, one+p.last, r.working(p.get))
		m.Post(authz.SignedIn, one+p.last, r.working(p.post))
	}
	m.Get(authz.SignedIn, one+"/versioner", r.versions)
	m.Post(authz.SignedIn, one+"/versioner", r.working(r.restore))
	m.Get(authz.Administrators, one+"/aabn", r.working(r.askOpen))
	m.Post(authz.Administrators, one+"/aabn", r.working(r.openGate))
	m.Get(authz.SignedIn, one+"/parter/{id}", r.editShare)
	m.Post(authz.SignedIn, one+"/parter/{id}", r.saveShare)
	for _, p := range []struct {
		last string
		post route.Handler
	}{
		{"/parter/{id}/forlad", r.leave},
		{"/parter/{id}/tovholder", r.working(r.lead)},
		{"/beboere/{id}/slet", r.working(r.unrecord)},
		{"/offentlig", r.working(r.publish)},
	} {
		m.Post(authz.SignedIn, one+p.last, p.post)
		m.Get(authz.SignedIn, one+p.last, toWork)
	}
}

// toWork leads those who reload an action's address to the work page.
func toWork(q *route.Request) (route.Page, error) {
	if q.Param("slug") == "" {
		return route.Page{}, fault.New(fault.NotFound, "")
	}
	return route.SeeOther(initiativeview.WorkPath(q.Param("slug"))), nil
}

// working opens a page to those who may change the initiative. What has ended
// is read, not changed.
func (r Room) working(h func(*route.Request, detail) (route.Page, error)) route.Handler {
	return func(q *route.Request) (route.Page, error) {
		v, err := r.read(q)
		if err != nil {
			return route.Page{}, err
		}
		if !v.WorkableBy(q.Actor) {
			return route.Page{}, fault.New(fault.Forbidden, "")
		}
		if v.Status.Ended() && q.Method != http.MethodPost {
			return route.SeeOther(v.work()), nil
		}
		return h(q, v)
	}
}

// works tells whether the reader may change the initiative now.
func (v detail) works() bool { return v.WorkableBy(v.actor) && !v.Status.Ended() }

// speaksFor tells whether the reader may answer for the party: as one of its
// people, or as staff who write it down for them.
func (v detail) speaksFor(p initiative.Party) bool {
	return !v.Status.Ended() && (v.actor.MemberOf(p.OrganisationID) || v.KeptBy(v.actor))
}

// list is where the reader came from: their own list of initiatives.
func (v detail) list() string { return listOf(v.actor) }

func listOf(a authz.Actor) string {
	if a.Staff() {
		return "/stab/initiativer"
	}
	return "/partner/initiativer"
}

// work is the page of those who work on an initiative.
type work struct {
	detail
	form  *form.State // what was refused, if anything was
	meets []workshop.Listing
}

func (r Room) showWork(q *route.Request) (route.Page, error) {
	v, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	if !v.opens() {
		return route.Page{}, fault.New(fault.Forbidden, "")
	}
	w, err := r.readMeets(q, v, form.New(nil))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(workPage(w)), nil
}

// readMeets is the work page with the workshops that belong to it.
func (r Room) readMeets(q *route.Request, v detail, state *form.State) (work, error) {
	meets, err := r.Workshops.Of(q.Context(), v.ID)
	return work{v, state, meets}, err
}

// again shows the work page with what was refused.
func (r Room) again(q *route.Request, err error) (route.Page, error) {
	state := form.New(nil)
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v, failed := r.read(q)
	if failed != nil {
		return route.Page{}, failed
	}
	w, failed := r.readMeets(q, v, state)
	if failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, state, func() templ.Component { return workPage(w) })
}

// done goes back to the work page with a word of what happened.
func done(v detail, said string) (route.Page, error) {
	return route.SeeOther(v.work()).Saying(said), nil
}

// demand is one thing the residents' gate asks for.
type demand struct {
	initiative.Lack
	met  bool
	href string // where it is mended
}

// gate is everything the gate asks for, met or not.
func (v detail) gate() []demand {
	lacks := func(l initiative.Lack) bool { return slices.Contains(v.Lacks, l) }
	contribution := v.path() + "/parter"
	for _, p := range v.joined() {
		if p.Contribution == "" {
			contribution = v.share(p)
			break
		}
	}
	return []demand{
		{initiative.LacksOutside, !lacks(initiative.LacksOutside), v.path() + "/parter"},
		{initiative.LacksContributions, !lacks(initiative.LacksContributions) && len(v.joined()) > 0, contribution},
		{initiative.LacksInvolvement, !lacks(initiative.LacksInvolvement), v.path() + "/beboere"},
	}
}

// share is the address of what a party brings.
func (v detail) share(p initiative.Party) string { return v.path() + "/parter/" + p.ID.String() }

// party finds the one that the address names.
func (v detail) party(q *route.Request) (initiative.Party, error) {
	id, err := q.UUID("id")
	if err != nil {
		return initiative.Party{}, err
	}
	at := slices.IndexFunc(v.Parties, func(p initiative.Party) bool { return p.ID == id })
	if at < 0 {
		return initiative.Party{}, fault.New(fault.NotFound, "")
	}
	return v.Parties[at], nil
}

// mayOpenGate tells whether an administrator could let residents wait.
func (v detail) mayOpenGate() bool {
	return v.actor.MayOpenGate() && v.AgreedAt == nil && v.Override == nil && len(v.Involvements) == 0
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
