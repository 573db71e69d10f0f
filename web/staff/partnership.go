package staff

import (
	"errors"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const (
	lastHistory = "/samarbejdet"
	viewSilent  = "stille"
	someEvents  = 4 // on the page of an organisation
)

func (r Room) mountPartnership(m *route.Mux) {
	at := organisationsPath + "/{slug}" + lastHistory
	m.Get(authz.StaffHidden, at, r.showHistory)
	m.Post(authz.StaffHidden, at, r.addNote)
	m.Get(authz.StaffHidden, at+"/{note}", r.showNote)
	m.Post(authz.StaffHidden, at+"/{note}", r.correctNote)
	m.Get(authz.StaffHidden, at+"/{note}/slet", r.askRemoveNote)
	m.Post(authz.StaffHidden, at+"/{note}/slet", r.removeNote)
}

// historyPlace is the page of what we and an organisation have to do with each
// other.
type historyPlace struct {
	organisation.Organisation
	partnership.History
	actor    authz.Actor
	now      time.Time
	form     *form.State
	writable bool
	note     partnership.Note // the one that is corrected or taken away
}

func (v historyPlace) path() string { return organisationsPath + "/" + v.Slug + lastHistory }

func (v historyPlace) notePath(id uuid.UUID) string { return v.path() + "/" + id.String() }

func (v historyPlace) at(page int) string {
	if page > 1 {
		return v.path() + "?side=" + strconv.Itoa(page)
	}
	return v.path()
}

func (r Room) readHistory(q *route.Request) (historyPlace, error) {
	o, err := r.Organisations.BySlug(q.Context(), q.Actor, q.Param("slug"))
	if err == nil && o.Slug != q.Param("slug") {
		err = errMerged
	}
	v := historyPlace{Organisation: o, actor: q.Actor, now: q.Now(), writable: q.Actor.MayReviewOrganisation(o.DistrictIDs()) && o.Status != organisation.Declined,
		form: form.New(nil).Set("id", uuid.Must(uuid.NewV7()).String()).Set("on_date", i18n.Day(q.Now()).Format(typedDate))}
	return v, err
}

// withEvents reads the page of events that the address asks for.
func (r Room) withEvents(q *route.Request, v *historyPlace) error {
	page, _ := strconv.Atoi(q.URL.Query().Get("side")) // none: the first
	var err error
	v.History, err = r.Partnership.History(q.Context(), q.Actor, v.ID, page, 0)
	return err
}

func (r Room) showHistory(q *route.Request) (route.Page, error) {
	v, err := r.readHistory(q)
	if errors.Is(err, errMerged) {
		return route.Moved(v.path()), nil
	}
	if err == nil {
		err = r.withEvents(q, &v)
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(historyPage(v)), nil
}

// typedNote is a note's form as it is sent.
type typedNote struct {
	ID      string `form:"id"`
	OnDate  string `form:"on_date"`
	Contact string `form:"contact"`
	Body    string `form:"body"`
	Sure    string `form:"sure"`
}

func bindNote(q *route.Request) (*form.State, partnership.NoteInput, error) {
	var typed typedNote
	state, err := form.Bind(q.Request, &typed)
	in := partnership.NoteInput{Contact: partnership.Contact(typed.Contact), Body: typed.Body, Sure: typed.Sure != ""}
	in.ID, _ = uuid.Parse(typed.ID)       // none: it gets one
	in.OnDate, _ = readDate(typed.OnDate) // none is refused as such
	return state, in, err
}

func (r Room) addNote(q *route.Request) (route.Page, error) {
	v, err := r.readHistory(q)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := bindNote(q)
	if err == nil {
		_, err = r.Partnership.AddNote(q.Context(), q.Actor, v.ID, in)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.partnership_noted"), nil
	}
	if failed := r.withEvents(q, &v); failed != nil {
		return route.Page{}, failed
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return historyPage(v) })
}

// readNote is the note in the address, when the actor may do something about it.
func (r Room) readNote(q *route.Request) (historyPlace, error) {
	v, err := r.readHistory(q)
	if err != nil {
		return v, err
	}
	id, err := q.UUID("note")
	if err != nil {
		return v, err
	}
	v.note, err = r.Partnership.Note(q.Context(), q.Actor, v.ID, id)
	return v, err
}

func (r Room) showNote(q *route.Request) (route.Page, error) {
	v, err := r.readNote(q)
	if err != nil {
		return route.Page{}, err
	}
	if !v.note.CorrectableBy(q.Actor, q.Now()) {
		return route.SeeOther(v.path()), nil
	}
	v.form = form.New(nil).Set("on_date", v.note.OnDate.Format(typedDate)).Set("contact", string(v.note.Contact)).Set("body", v.note.Body)
	return route.Show(notePage(v)), nil
}

func (r Room) correctNote(q *route.Request) (route.Page, error) {
	v, err := r.readNote(q)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := bindNote(q)
	if err == nil {
		err = r.Partnership.CorrectNote(q.Context(), q.Actor, v.ID, v.note.ID, in)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.partnership_corrected"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return notePage(v) })
}

func (r Room) askRemoveNote(q *route.Request) (route.Page, error) {
	v, err := r.readNote(q)
	if err != nil {
		return route.Page{}, err
	}
	if !v.note.RemovableBy(q.Actor) {
		return route.SeeOther(v.path()), nil
	}
	return route.Show(removeNotePage(v)), nil
}

func (r Room) removeNote(q *route.Request) (route.Page, error) {
	v, err := r.readNote(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := r.Partnership.RemoveNote(q.Context(), q.Actor, v.ID, v.note.ID); err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(v.path()).Saying("flash.partnership_removed"), nil
}

// silentList is the partners that nobody has heard of for long.
type silentList struct {
	form      *form.State
	own       bool // the reader has districts of their own, which come first
	districts []district.Choice
	silent    []partnership.Quiet
}

func (r Room) listSilent(q *route.Request) (route.Page, error) {
	v := silentList{form: form.New(q.URL.Query()), own: q.Actor.Role != authz.Administrator}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return route.Page{}, err
	}
	if v.silent, err = r.Partnership.SilentOnes(q.Context(), q.Actor, v.form.Value("bydel")); err != nil {
		return route.Page{}, err
	}
	return route.Show(silentPage(v)), nil
}
