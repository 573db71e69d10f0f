package initiatives

import (
	"slices"

	"github.com/a-h/templ"

	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// stepping is a step that is about to be taken.
type stepping struct {
	detail
	to   initiative.Status
	form *form.State
}

// stands tells whether the residents' gate is in the way.
func (v stepping) stands() bool { return v.to == initiative.Agreed && len(v.Lacks) > 0 }

// takes tells whether the step is one of those to take now.
func (v detail) takes(to initiative.Status) bool { return v.Public() && slices.Contains(v.Next(), to) }

func (r Room) askStep(q *route.Request, d detail) (route.Page, error) {
	v := stepping{d, initiative.Status(q.URL.Query().Get("til")), form.New(nil)}
	if !d.takes(v.to) {
		return route.SeeOther(d.work()), nil
	}
	return route.Show(stepPage(v)), nil
}

func (r Room) step(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		To     string `form:"til"`
		Ending string `form:"ending"`
	}
	state, err := form.Bind(q.Request, &typed)
	to := initiative.Status(typed.To)
	if err == nil {
		err = r.Initiatives.Step(q.Context(), q.Actor, d.ID, to, typed.Ending)
	}
	if err == nil {
		return done(d, "flash.initiatives_step_"+string(to))
	}
	if len(fault.FieldsOf(err)) == 0 || !d.takes(to) {
		return r.again(q, err)
	}
	// Somebody may have taken away meanwhile what the gate asks for.
	if d, failed := r.read(q); failed == nil {
		return route.Again(err, state, func() templ.Component { return stepPage(stepping{d, to, state}) })
	}
	return route.Page{}, err
}

// opening is leave to agree before residents took part.
type opening struct {
	detail
	form *form.State
}

func (r Room) askOpen(_ *route.Request, d detail) (route.Page, error) {
	if !d.mayOpenGate() {
		return route.SeeOther(d.work()), nil
	}
	return route.Show(openPage(opening{d, form.New(nil)})), nil
}

func (r Room) openGate(q *route.Request, d detail) (route.Page, error) {
	var typed struct {
		Reason   string `form:"reason"`
		Deadline string `form:"deadline"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		until, _ := form.Date(typed.Deadline) // none: the service says so
		err = r.Initiatives.Open(q.Context(), q.Actor, d.ID, typed.Reason, until)
	}
	if err == nil {
		return done(d, "flash.initiatives_opened")
	}
	return route.Again(err, state, func() templ.Component { return openPage(opening{d, state}) })
}

func (r Room) publish(q *route.Request, d detail) (route.Page, error) {
	if err := r.Initiatives.Publish(q.Context(), q.Actor, d.ID); err != nil {
		return r.again(q, err)
	}
	return done(d, "flash.initiatives_published")
}
