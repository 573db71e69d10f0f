package workshops

import (
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/workshop"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

func number(n int) string { return strconv.Itoa(n) }

// blankRows stand after those that are written.
const blankRows = 2

// writing is what happened, as it is written down.
type writing struct {
	detail
	people                         []workshop.Person
	objections, decisions, actions int // rows shown
}

type typedRecord struct {
	Came       []string         `form:"came"`
	Residents  string           `form:"residents"`
	Charts     string           `form:"charts"`
	Minutes    string           `form:"minutes"`
	Changed    string           `form:"changed"`
	Objections []typedObjection `form:"objections"`
	Decisions  []typedDecision  `form:"decisions"`
	Actions    []typedAction    `form:"actions"`
	Version    int              `form:"version"`
}

type typedObjection struct {
	Objection string `form:"objection"`
	Answer    string `form:"answer"`
}

type typedDecision struct {
	What      string `form:"what"`
	DecidedBy string `form:"decided_by"`
}

type typedAction struct {
	ID        string `form:"id"`
	What      string `form:"what"`
	Owner     string `form:"owner"`
	OwnerName string `form:"owner_name"`
	DueOn     string `form:"due_on"`
}

// compact removes the rows that nobody wrote in, so that rows and mistakes are
// counted alike.
func (t *typedRecord) compact() {
	t.Objections = slices.DeleteFunc(t.Objections, func(o typedObjection) bool { return form.Blank(o.Objection, o.Answer) })
	t.Decisions = slices.DeleteFunc(t.Decisions, func(d typedDecision) bool { return form.Blank(d.What, d.DecidedBy) })
	t.Actions = slices.DeleteFunc(t.Actions, func(a typedAction) bool { return form.Blank(a.What, a.Owner, a.OwnerName, a.DueOn) })
}

func (t typedRecord) form() *form.State {
	state := form.New(nil).Set("came", t.Came...).Set("residents", t.Residents).Set("charts", t.Charts).Set("minutes", t.Minutes).Set("changed", t.Changed).Set("version", number(t.Version))
	for n, o := range t.Objections {
		state.Set(workshop.Field("objections", n, "objection"), o.Objection).Set(workshop.Field("objections", n, "answer"), o.Answer)
	}
	for n, d := range t.Decisions {
		state.Set(workshop.Field("decisions", n, "what"), d.What).Set(workshop.Field("decisions", n, "decided_by"), d.DecidedBy)
	}
	for n, a := range t.Actions {
		state.Set(workshop.Field("actions", n, "id"), a.ID).Set(workshop.Field("actions", n, "what"), a.What).Set(workshop.Field("actions", n, "owner"), a.Owner).
			Set(workshop.Field("actions", n, "owner_name"), a.OwnerName).Set(workshop.Field("actions", n, "due_on"), a.DueOn)
	}
	return state
}

func (t typedRecord) input() (workshop.Record, fault.Fields) {
	var f fault.Fields
	in := workshop.Record{Came: form.IDs(t.Came), Charts: t.Charts, Minutes: t.Minutes, Changed: t.Changed, Version: t.Version}
	if !form.Blank(t.Residents) {
		var err error
		if in.Residents, err = strconv.Atoi(t.Residents); err != nil {
			f.Add("residents", "workshops.residents_range")
		}
	}
	for _, o := range t.Objections {
		in.Objections = append(in.Objections, workshop.Objection(o))
	}
	for _, d := range t.Decisions {
		in.Decisions = append(in.Decisions, workshop.Decision(d))
	}
	for n, a := range t.Actions {
		action := workshop.Action{What: a.What, OwnerName: a.OwnerName}
		action.ID, _ = uuid.Parse(a.ID) // none: a new one
		if owner, err := uuid.Parse(a.Owner); err == nil {
			action.OwnerID = &owner
		}
		var ok bool
		if action.DueOn, ok = form.Date(a.DueOn); !ok && !form.Blank(a.DueOn) {
			f.Add(workshop.Field("actions", n, "due_on"), "errors.field_date_invalid")
		}
		in.Actions = append(in.Actions, action)
	}
	for _, one := range in.Validate() {
		if !f.Has(one.Name) {
			f.Add(one.Name, one.Key, one.Args...)
		}
	}
	return in, form.InOrder(f, "came", "residents", "charts", "minutes", "changed", "objections", "decisions", "actions")
}

func (r Room) editRecord(q *route.Request, v detail) (route.Page, error) {
	typed := typedRecord{Charts: v.Charts, Minutes: v.Minutes, Changed: v.Changed, Version: v.Version}
	for _, i := range v.Invitees {
		if i.Came == nil && i.Answer == workshop.Yes || i.Came != nil && *i.Came { // who said yes probably came
			typed.Came = append(typed.Came, i.ID.String())
		}
	}
	if v.WrittenAt != nil {
		typed.Residents = number(v.Residents)
	}
	for _, o := range v.Objections {
		typed.Objections = append(typed.Objections, typedObjection(o))
	}
	for _, d := range v.Decisions {
		typed.Decisions = append(typed.Decisions, typedDecision(d))
	}
	for _, a := range v.Actions {
		row := typedAction{ID: a.ID.String(), What: a.What, DueOn: a.DueOn.Format(form.TypedDate)}
		if a.OwnerID != nil {
			row.Owner = a.OwnerID.String()
		} else {
			row.OwnerName = a.OwnerName
		}
		typed.Actions = append(typed.Actions, row)
	}
	w, err := r.readWriting(q, v, typed)
	if err != nil {
		return route.Page{}, err
	}
	w.form = typed.form()
	return route.Show(recordPage(w)), nil
}

func (r Room) readWriting(q *route.Request, v detail, typed typedRecord) (writing, error) {
	people, err := r.Workshops.Owners(q.Context(), q.Actor, v.Workshop)
	return writing{v, people, len(typed.Objections) + blankRows, len(typed.Decisions) + blankRows, len(typed.Actions) + blankRows}, err
}

func (r Room) writeUp(q *route.Request, v detail) (route.Page, error) {
	var typed typedRecord
	_, err := form.Bind(q.Request, &typed)
	typed.compact()
	if err == nil {
		in, f := typed.input()
		if err = f.Err(); err == nil {
			err = r.Workshops.WriteUp(q.Context(), q.Actor, v.ID, in)
		}
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.workshop_written"), nil
	}
	state := typed.form()
	if !state.Fail(err) {
		return route.Page{}, err
	}
	w, failed := r.readWriting(q, v, typed)
	if failed != nil {
		return route.Page{}, failed
	}
	w.form = state
	return route.Again(err, state, func() templ.Component { return recordPage(w) })
}

// taskList is what was promised, across workshops.
type taskList struct {
	list []workshop.Task
	form *form.State
	me   uuid.UUID
	now  time.Time
}

func (r Room) tasks(q *route.Request) (route.Page, error) {
	v := taskList{form: form.New(q.URL.Query()), me: q.Actor.AccountID, now: q.Now()}
	f := workshop.TaskFilter{}
	switch v.form.Value("vis") {
	case "mine":
		f.Owner = v.me
	case "over":
		f.Overdue = true
	case "gjort":
		f.Done = true
	}
	if owner, err := uuid.Parse(v.form.Value("hvem")); err == nil {
		f.Owner = owner
	}
	var err error
	if v.list, err = r.Workshops.Tasks(q.Context(), q.Actor, f); err != nil {
		return route.Page{}, err
	}
	return route.Show(tasksPage(v)), nil
}

func toTasks(*route.Request) (route.Page, error) { return route.SeeOther(tasksPath), nil }

func (r Room) finish(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Done string `form:"done"`
		Back string `form:"back"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	if err := r.Workshops.Finish(q.Context(), q.Actor, id, typed.Done == "yes"); err != nil {
		return route.Page{}, err
	}
	if back, err := uuid.Parse(typed.Back); err == nil {
		return route.SeeOther(home + "/" + back.String()).Saying("flash.action_kept"), nil
	}
	return route.SeeOther(tasksPath).Saying("flash.action_kept"), nil
}
