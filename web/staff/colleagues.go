package staff

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/handover"
	"mellemrum/internal/i18n"
	"mellemrum/web/cards"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

const (
	colleaguesPath = "/stab/medarbejdere"
	handoversPath  = "/stab/overdragelser"
)

func (r Room) mountColleagues(m *route.Mux) {
	at := colleaguesPath + "/{id}"
	m.Get(authz.Staff, colleaguesPath, r.listColleagues)
	m.Get(authz.Staff, at, r.showColleague)
	m.Get(authz.Staff, at+"/vaek", r.showColleague)
	m.Post(authz.Staff, at+"/vaek", r.addAbsence)
	m.Get(authz.Staff, at+"/vaek/{absence}/slet", r.toColleague)
	m.Post(authz.Staff, at+"/vaek/{absence}/slet", r.removeAbsence)
	m.Get(authz.Staff, at+"/stedfortraeder", r.showColleague)
	m.Post(authz.Staff, at+"/stedfortraeder", r.nameStandIn)
	m.Get(authz.Staff, at+"/overdrag", r.showHandover)
	m.Post(authz.Staff, at+"/overdrag", r.handOver)
	m.Get(authz.Administrators, at+"/luk", r.toColleague)
	m.Post(authz.Administrators, at+"/luk", r.disable)
	m.Get(authz.Administrators, at+"/aabn", r.toColleague)
	m.Post(authz.Administrators, at+"/aabn", r.enable)
	m.Get(authz.Staff, handoversPath+"/{id}", r.showReceipt)
}

func colleaguePath(id uuid.UUID) string { return colleaguesPath + "/" + id.String() }

func (r Room) listColleagues(q *route.Request) (route.Page, error) {
	list, err := r.Accounts.Colleagues(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(colleaguesPage(list)), nil
}

// colleaguePlace is the page of one of the staff.
type colleaguePlace struct {
	account.Colleague
	form     *form.State
	actor    authz.Actor
	staff    []account.Choice // who can be chosen: everybody else who is there
	items    []handover.Item  // what they look after
	receipts []handover.Receipt
}

// mine tells whether the reader may say when they are away.
func (v colleaguePlace) mine() bool {
	return v.actor.AccountID == v.ID || v.actor.Role == authz.Administrator
}

// hands tells whether the reader may hand over what they look after: also
// whoever stands in for somebody who has left.
func (v colleaguePlace) hands() bool {
	return v.mine() || v.DisabledAt != nil && v.actor.ActsFor(v.ID)
}

func (v colleaguePlace) self() bool { return v.actor.AccountID == v.ID }

func (v colleaguePlace) path() string { return colleaguePath(v.ID) }

func (r Room) readColleague(q *route.Request) (colleaguePlace, error) {
	id, err := q.UUID("id")
	if err != nil {
		return colleaguePlace{}, err
	}
	v := colleaguePlace{actor: q.Actor, form: form.New(nil).Set("id", uuid.Must(uuid.NewV7()).String())}
	if v.Colleague, err = r.Accounts.Colleague(q.Context(), q.Actor, id); err != nil || !v.hands() {
		return v, err
	}
	if v.StandInID != nil {
		v.form.Set("standing", v.StandInID.String()).Set("stand_in", v.StandInID.String())
	}
	all, err := r.Accounts.StaffChoices(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	for _, c := range all {
		if c.ID != id {
			v.staff = append(v.staff, c)
		}
	}
	if v.items, err = r.Handover.Owned(q.Context(), q.Actor, id); err != nil {
		return v, err
	}
	v.receipts, err = r.Handover.Of(q.Context(), q.Actor, id)
	return v, err
}

func (r Room) showColleague(q *route.Request) (route.Page, error) {
	v, err := r.readColleague(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(colleaguePage(v)), nil
}

func (r Room) toColleague(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(colleaguePath(id)), nil
}

func (r Room) addAbsence(q *route.Request) (route.Page, error) {
	v, err := r.readColleague(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		ID      string `form:"id"`
		FromOn  string `form:"from_on"`
		UntilOn string `form:"until_on"`
		StandIn string `form:"stand_in"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := account.NewAbsence{StandIn: parsed(typed.StandIn), ID: parsed(typed.ID)}
		in.FromOn, _ = readDate(typed.FromOn)   // none is refused as such
		in.UntilOn, _ = readDate(typed.UntilOn) // likewise
		err = r.Accounts.AddAbsence(q.Context(), q.Actor, v.ID, in)
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.colleague_away"), nil
	}
	v.form = state.Set("standing", v.form.Value("standing"))
	return route.Again(err, v.form, func() templ.Component { return colleaguePage(v) })
}

// parsed is an id as a form carries it; one that cannot be read is none.
func parsed(s string) uuid.UUID {
	id, _ := uuid.Parse(s)
	return id
}

func (r Room) removeAbsence(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	absence, err := q.UUID("absence")
	if err == nil {
		err = r.Accounts.RemoveAbsence(q.Context(), q.Actor, id, absence)
	}
	if err != nil {
		return route.Page{}, err
	}
	return route.SeeOther(colleaguePath(id)).Saying("flash.colleague_back"), nil
}

func (r Room) nameStandIn(q *route.Request) (route.Page, error) {
	v, err := r.readColleague(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Standing string `form:"standing"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Accounts.NameStandIn(q.Context(), q.Actor, v.ID, parsed(typed.Standing))
	}
	if err == nil {
		return route.SeeOther(v.path()).Saying("flash.colleague_stand_in"), nil
	}
	v.form = state.Set("id", v.form.Value("id"))
	return route.Again(err, v.form, func() templ.Component { return colleaguePage(v) })
}

func (r Room) readHandover(q *route.Request) (colleaguePlace, error) {
	v, err := r.readColleague(q)
	if err == nil && !v.hands() {
		err = fault.New(fault.NotFound, "")
	}
	if v.Acting != nil && *v.Acting != v.ID {
		v.form.Set("to", v.Acting.String())
	} else if v.StandInID != nil {
		v.form.Set("to", v.StandInID.String())
	}
	return v, err
}

func (r Room) showHandover(q *route.Request) (route.Page, error) {
	v, err := r.readHandover(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(handoverPage(v)), nil
}

func (r Room) handOver(q *route.Request) (route.Page, error) {
	v, err := r.readHandover(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		ID   string `form:"id"`
		To   string `form:"to"`
		Note string `form:"note"`
	}
	state, err := form.Bind(q.Request, &typed)
	in := handover.Input{ID: parsed(typed.ID), To: parsed(typed.To), Note: typed.Note}
	if err == nil {
		err = r.Handover.All(q.Context(), q.Actor, v.ID, in)
	}
	if err == nil {
		return route.SeeOther(handoversPath + "/" + in.ID.String()).Saying("flash.handed_over"), nil
	}
	v.form = state
	return route.Again(err, state, func() templ.Component { return handoverPage(v) })
}

func (r Room) showReceipt(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	receipt, err := r.Handover.Receipt(q.Context(), q.Actor, id)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(receiptPage(receipt)), nil
}

func (r Room) disable(q *route.Request) (route.Page, error) {
	return r.turnAccount(q, r.Accounts.Disable, "flash.colleague_closed")
}

func (r Room) enable(q *route.Request) (route.Page, error) {
	return r.turnAccount(q, r.Accounts.Enable, "flash.colleague_opened")
}

func (r Room) turnAccount(q *route.Request, turn func(context.Context, authz.Actor, uuid.UUID) error, said string) (route.Page, error) {
	v, err := r.readColleague(q)
	if err != nil {
		return route.Page{}, err
	}
	if err := turn(q.Context(), q.Actor, v.ID); err != nil {
		return route.Refused(err, colleaguePage(v)), nil
	}
	return route.SeeOther(v.path()).Saying(said), nil
}

// awayText says in a sentence who acts for a colleague, and until when.
func awayText(ctx context.Context, c account.Colleague) string {
	switch {
	case !c.Away():
		return ""
	case c.DisabledAt != nil && c.ActingName == "":
		return ui.T(ctx, "colleagues.left_nobody")
	case c.DisabledAt != nil:
		return ui.T(ctx, "colleagues.left_acting", "Name", cards.Isolate(ctx, c.ActingName))
	case c.ActingName == "":
		return ui.T(ctx, "colleagues.away_nobody", "Date", i18n.From(ctx).Date(*c.AwayUntil))
	}
	return ui.T(ctx, "colleagues.away_acting", "Date", i18n.From(ctx).Date(*c.AwayUntil), "Name", cards.Isolate(ctx, c.ActingName))
}
