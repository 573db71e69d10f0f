package initiatives

import (
	"errors"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// writing is the shared text as somebody writes it.
type writing struct {
	detail
	form      *form.State
	meanwhile *meanwhile // what others wrote while this one did; nil: nothing
}

// meanwhile is the newest version, and what the writer had before them when
// they began.
type meanwhile struct {
	newest initiative.Version
	before initiative.Words
}

type typedWords struct {
	Purpose string `form:"purpose"`
	Need    string `form:"need"`
	Body    string `form:"body"`
	Version string `form:"version"` // that the writer had before them
}

func wordsForm(w initiative.Words, version int) *form.State {
	return form.New(nil).Set("purpose", w.Purpose).Set("need", w.Need).Set("body", w.Body).Set("version", strconv.Itoa(version))
}

func (r Room) editWords(_ *route.Request, d detail) (route.Page, error) {
	return route.Show(wordsPage(writing{detail: d, form: wordsForm(d.Words, d.Version)})), nil
}

func (r Room) saveWords(q *route.Request, d detail) (route.Page, error) {
	var typed typedWords
	state, err := form.Bind(q.Request, &typed)
	from, _ := strconv.Atoi(typed.Version) // none: somebody's latest for sure
	if err == nil {
		err = r.Initiatives.SaveWords(q.Context(), q.Actor, d.ID, from, initiative.Words{Purpose: typed.Purpose, Need: typed.Need, Body: typed.Body})
	}
	if err == nil {
		return done(d, "flash.initiatives_words")
	}
	v := writing{detail: d, form: state}
	var f *fault.Error
	if errors.As(err, &f) && f.Key == "initiatives.words_meanwhile" {
		var failed error
		if v.meanwhile, failed = r.meanwhile(q, from); failed != nil {
			return route.Page{}, failed
		}
		// The second press saves: the writer has seen what others wrote.
		state.Set("version", strconv.Itoa(v.meanwhile.newest.Number))
	}
	return route.Again(err, state, func() templ.Component { return wordsPage(v) })
}

func (r Room) meanwhile(q *route.Request, from int) (*meanwhile, error) {
	d, err := r.read(q)
	if err != nil {
		return nil, err
	}
	all, err := r.Initiatives.Versions(q.Context(), q.Actor, d.Initiative)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "")
	}
	m := &meanwhile{newest: all[0], before: all[0].Words}
	for _, v := range all {
		if v.Number == from {
			m.before = v.Words
		}
	}
	return m, nil
}

// history is the versions of the shared text, and what one changed.
type history struct {
	detail
	form   *form.State
	all    []initiative.Version // the newest first
	chosen initiative.Version
	before initiative.Words // of the version before it
}

func (r Room) readHistory(q *route.Request, d detail, number string) (history, error) {
	v := history{detail: d, form: form.New(nil)}
	var err error
	if v.all, err = r.Initiatives.Versions(q.Context(), q.Actor, d.Initiative); err != nil {
		return v, err
	}
	at := 0
	if number != "" {
		at = slices.IndexFunc(v.all, func(one initiative.Version) bool { return strconv.Itoa(one.Number) == number })
	}
	if at < 0 || len(v.all) == 0 {
		return v, fault.New(fault.NotFound, "")
	}
	v.chosen = v.all[at]
	if at+1 < len(v.all) {
		v.before = v.all[at+1].Words
	}
	return v, nil
}

// versions can be read when an initiative has ended too.
func (r Room) versions(q *route.Request) (route.Page, error) {
	d, err := r.read(q)
	if err != nil {
		return route.Page{}, err
	}
	if !d.WorkableBy(q.Actor) && !q.Actor.Staff() {
		return route.Page{}, fault.New(fault.Forbidden, "")
	}
	v, err := r.readHistory(q, d, q.URL.Query().Get("nr"))
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(historyPage(v)), nil
}

func (r Room) restore(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		Number string `form:"nr"`
	}
	_, err := form.Bind(q.Request, &typed)
	if err != nil {
		return route.Page{}, err
	}
	number, err := strconv.Atoi(typed.Number)
	if err != nil {
		return route.Page{}, fault.Wrap(fault.NotFound, "", err)
	}
	if err := r.Initiatives.Restore(q.Context(), q.Actor, d.ID, number); err != nil {
		return r.again(q, err)
	}
	return done(d, "flash.initiatives_restored")
}

func number(v initiative.Version) string { return strconv.Itoa(v.Number) }
