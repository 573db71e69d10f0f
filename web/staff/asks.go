package staff

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/web/askview"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const asksPath = "/stab/opraab"

func (r Room) mountAsks(m *route.Mux) {
	m.Get(authz.Staff, asksPath, r.listAsks)
	m.Get(authz.Staff, asksPath+"/ny", r.newAsk)
	m.Post(authz.Staff, asksPath+"/ny", r.createAsk)
	m.Get(authz.Staff, asksPath+"/{id}", r.showAsk)
	m.Get(authz.Staff, asksPath+"/{id}/rediger", r.editAsk)
	m.Post(authz.Staff, asksPath+"/{id}/rediger", r.saveAsk)
	for _, step := range []struct {
		last string
		h    route.Handler
	}{
		{"send", r.sendAsk}, {"stop", r.stopAsk}, {"fortsaet", r.resumeAsk}, {"slet", r.deleteAsk}, {"spoerg", r.askAlso},
		{"frist", r.extendAsk}, {"svar", r.respond}, {"luk", r.closeAsk}, {"haand", r.enterHand},
	} {
		m.Post(authz.Staff, asksPath+"/{id}/"+step.last, step.h)
		m.Get(authz.Staff, asksPath+"/{id}/"+step.last, toAsk)
	}
}

// toAsk leads those who reload an action's address to the ask.
func toAsk(q *route.Request) (route.Page, error) {
	return route.SeeOther(asksPath + "/" + q.Param("id")), nil
}

type askList struct {
	asks []ask.Listing
	now  time.Time
}

func (r Room) listAsks(q *route.Request) (route.Page, error) {
	list, err := r.Asks.ForStaff(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(asksPage(askList{list, q.Now()})), nil
}

// askForm is an ask as it is written.
type askForm struct {
	form          *form.State
	id            uuid.UUID
	fresh         bool
	rows          int
	districts     []district.Choice
	organisations []organisation.Choice
}

func (v askForm) path() string {
	if v.fresh {
		return asksPath + "/ny"
	}
	return asksPath + "/" + v.id.String() + "/rediger"
}

// typedAsk is the form as it is sent.
type typedAsk struct {
	ID            string      `form:"id"`
	Title         string      `form:"title"`
	Why           string      `form:"why"`
	Place         string      `form:"place"`
	Happens       string      `form:"happens"`
	AnswerBy      string      `form:"answer_by"`
	Public        string      `form:"public"`
	RemindDays    string      `form:"remind_days"`
	ContactName   string      `form:"contact_name"`
	ContactEmail  string      `form:"contact_email"`
	ContactPhone  string      `form:"contact_phone"`
	Parts         []typedPart `form:"parts"`
	Districts     []string    `form:"districts"`
	Kinds         []string    `form:"kinds"`
	Organisations []string    `form:"organisations"`
	More          string      `form:"more"`
	UpdatedAt     string      `form:"updated_at"`
	Concern       string      `form:"concern"` // that it begins from
}

type typedPart struct {
	What     string `form:"what"`
	Quantity string `form:"quantity"`
	Unit     string `form:"unit"`
}

// compact removes the rows that nobody wrote in, so that rows and mistakes are
// counted alike.
func (t *typedAsk) compact() {
	var rows []typedPart
	for _, p := range t.Parts {
		if !blank(p.What, p.Quantity, p.Unit) {
			rows = append(rows, p)
		}
	}
	t.Parts = rows
}

// form is the form with what was typed and some blank rows.
func (t typedAsk) form(blanks int) askForm {
	f := form.New(nil).Set("id", t.ID).Set("title", t.Title).Set("why", t.Why).Set("place", t.Place).Set("happens", t.Happens).
		Set("answer_by", t.AnswerBy).Set("public", t.Public).Set("remind_days", t.RemindDays).Set("contact_name", t.ContactName).
		Set("contact_email", t.ContactEmail).Set("contact_phone", t.ContactPhone).Set("districts", t.Districts...).
		Set("kinds", t.Kinds...).Set("organisations", t.Organisations...).Set("updated_at", t.UpdatedAt).Set("concern", t.Concern)
	for i, p := range t.Parts {
		f.Set(ask.PartField(i, "what"), p.What).Set(ask.PartField(i, "quantity"), p.Quantity).Set(ask.PartField(i, "unit"), p.Unit)
	}
	return askForm{form: f, rows: min(len(t.Parts)+blanks, ask.MaxParts)}
}

// askOrder is the order of the form.
var askOrder = []string{"title", "why", "parts", "place", "happens", "answer_by", "districts", "kinds", "organisations", "public", "remind_days",
	"contact_name", "contact_email", "contact_phone"}

// input reads dates and numbers and joins their mistakes with all others.
func (t typedAsk) input(now time.Time) (ask.Input, error) {
	in := ask.Input{Title: t.Title, Why: t.Why, Place: t.Place, Happens: t.Happens, Public: t.Public != "",
		ContactName: t.ContactName, ContactEmail: t.ContactEmail, ContactPhone: t.ContactPhone,
		Audience: ask.Audience{Districts: ids(t.Districts), Organisations: ids(t.Organisations)}, UpdatedAt: sent(t.UpdatedAt)}
	in.ID, _ = uuid.Parse(t.ID) // none: a new one gets one
	in.AnswerBy, _ = readDate(t.AnswerBy)
	for _, k := range t.Kinds {
		in.Kinds = append(in.Kinds, organisation.Kind(k))
	}
	var f fault.Fields
	if s := strings.TrimSpace(t.RemindDays); s != "" {
		var err error
		if in.RemindDays, err = strconv.Atoi(s); err != nil {
			f.Add("remind_days", "errors.field_number_invalid")
		}
	}
	for i, p := range t.Parts {
		n, err := strconv.Atoi(strings.TrimSpace(p.Quantity))
		if err != nil {
			f.Add(ask.PartField(i, "quantity"), "errors.field_number_invalid")
			n = 1 // so that it is not also called out of range
		}
		in.Parts = append(in.Parts, ask.Part{What: p.What, Quantity: n, Unit: p.Unit})
	}
	f = append(f, in.Validate(i18n.Day(now))...)
	return in, inOrder(f, askOrder...).Err()
}

func typedFrom(in ask.Input) typedAsk {
	t := typedAsk{ID: in.ID.String(), Title: in.Title, Why: in.Why, Place: in.Place, Happens: in.Happens, ContactName: in.ContactName,
		ContactEmail: in.ContactEmail, ContactPhone: in.ContactPhone, Districts: strs(in.Districts), Organisations: strs(in.Organisations)}
	if !in.AnswerBy.IsZero() {
		t.AnswerBy = in.AnswerBy.Format(typedDate)
	}
	if in.Public {
		t.Public = "1"
	}
	if in.RemindDays > 0 {
		t.RemindDays = strconv.Itoa(in.RemindDays)
	}
	for _, k := range in.Kinds {
		t.Kinds = append(t.Kinds, string(k))
	}
	for _, p := range in.Parts {
		t.Parts = append(t.Parts, typedPart{p.What, strconv.Itoa(p.Quantity), p.Unit})
	}
	if !in.UpdatedAt.IsZero() {
		t.UpdatedAt = in.UpdatedAt.Format(time.RFC3339Nano)
	}
	return t
}

// askTemplates are asks that come again and again. Their words are messages,
// in Danish always: that is what an ask is written in.
var askTemplates = []struct {
	name  string
	parts int
}{{"newcomers", 3}, {"moving", 3}, {"room", 1}, {"hosts", 2}}

func (r Room) newAsk(q *route.Request) (route.Page, error) {
	in := ask.Input{ID: uuid.Must(uuid.NewV7()), ContactName: q.Actor.Name, ContactEmail: q.Actor.Email, RemindDays: 2,
		AnswerBy: i18n.Day(q.Now()).AddDate(0, 0, 7)}
	if len(q.Actor.Districts) == 1 {
		in.Districts = q.Actor.Districts
	}
	da := i18n.ByCode("da")
	for _, t := range askTemplates {
		if t.name != q.URL.Query().Get("skabelon") {
			continue
		}
		key := "asks.template_" + t.name
		in.Title, in.Why = da.T(key+"_title"), da.T(key+"_why")
		for i := 1; i <= t.parts; i++ {
			amount, what, _ := strings.Cut(da.T(key+"_part_"+strconv.Itoa(i)), "|")
			what, unit, _ := strings.Cut(what, "|")
			n, _ := strconv.Atoi(amount)
			in.Parts = append(in.Parts, ask.Part{What: what, Quantity: n, Unit: unit})
		}
	}
	typed := typedFrom(in)
	if typed.Concern = q.URL.Query().Get("bekymring"); typed.Concern != "" {
		if err := r.fromConcern(q, &typed); err != nil {
			return route.Page{}, err
		}
	}
	v := typed.form(blankRows)
	v.fresh = true
	return r.writeAsk(q, v)
}

func (r Room) writeAsk(q *route.Request, v askForm) (route.Page, error) {
	if err := r.askChoices(q, &v); err != nil {
		return route.Page{}, err
	}
	return route.Show(askFormPage(v)), nil
}

func (r Room) askChoices(q *route.Request, v *askForm) error {
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return err
	}
	v.organisations, err = r.Organisations.Choices(q.Context())
	return err
}

func (r Room) createAsk(q *route.Request) (route.Page, error) { return r.keepAsk(q, uuid.Nil) }

func (r Room) saveAsk(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	return r.keepAsk(q, id)
}

func (r Room) keepAsk(q *route.Request, id uuid.UUID) (route.Page, error) {
	var typed typedAsk
	_, err := form.Bind(q.Request, &typed)
	if err != nil && len(fault.FieldsOf(err)) == 0 {
		return route.Page{}, err
	}
	typed.compact()
	if id != uuid.Nil {
		typed.ID = id.String()
	}
	again := func(blanks int) askForm {
		v := typed.form(blanks)
		v.id, v.fresh = id, id == uuid.Nil
		return v
	}
	if typed.More != "" {
		return r.writeAsk(q, again(moreRows))
	}
	var in ask.Input
	if in, err = typed.input(q.Now()); err == nil {
		in.ID, err = r.Asks.Save(q.Context(), q.Actor, in)
	}
	if err == nil && typed.Concern != "" {
		err = r.ledToAsk(q, typed.Concern, in.ID)
	}
	if err == nil {
		return route.SeeOther(asksPath + "/" + in.ID.String()).Saying("flash.asks_saved"), nil
	}
	v := again(blankRows)
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	if failed := r.askChoices(q, &v); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return askFormPage(v) })
}

func (r Room) editAsk(q *route.Request) (route.Page, error) {
	v, err := r.readAsk(q)
	if err != nil {
		return route.Page{}, err
	}
	if v.Status != ask.Draft {
		return route.SeeOther(v.path()), nil
	}
	f := typedFrom(v.Input()).form(blankRows)
	f.id = v.ID
	return r.writeAsk(q, f)
}

// askDetail is one ask with everything staff do about it.
type askDetail struct {
	ask.Ask
	now           time.Time
	editable      bool
	reach         ask.Reach
	fitting       []offer.Offer
	hands         []ask.Hand
	chosen        string // id of the hand that the reader came to answer
	unreached     []ask.Unreached
	organisations []organisation.Choice
	form          *form.State // the one that is being worked at
	step          string      // whose form it is; empty: none's
}

func (v askDetail) path() string { return asksPath + "/" + v.ID.String() }

func (v askDetail) formOf(step string) *form.State {
	if v.step == step {
		return v.form
	}
	return form.New(nil)
}

func (r Room) readAsk(q *route.Request) (askDetail, error) {
	id, err := q.UUID("id")
	if err != nil {
		return askDetail{}, err
	}
	a, err := r.Asks.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return askDetail{}, err
	}
	v := askDetail{Ask: a, now: q.Now(), editable: a.EditableBy(q.Actor), form: form.New(nil)}
	if !v.editable {
		return v, nil
	}
	if a.Status == ask.Draft {
		in := a.Input()
		if v.reach, err = r.Asks.Reach(q.Context(), q.Actor, in.Audience); err != nil {
			return v, err
		}
	}
	if a.Status != ask.Closed {
		if v.fitting, err = r.fitting(q, a); err != nil {
			return v, err
		}
	}
	if a.Status == ask.Draft {
		return v, nil
	}
	if v.hands, err = r.Asks.Hands(q.Context(), q.Actor, id); err != nil {
		return v, err
	}
	v.chosen = q.URL.Query().Get("haand")
	if v.unreached, err = r.Asks.Bounced(q.Context(), q.Actor, id); err != nil {
		return v, err
	}
	v.organisations, err = r.Organisations.Choices(q.Context())
	return v, err
}

const (
	someFitting = 6
	someParts   = 4 // that offers are looked for
)

// fitting are published offers that speak of what is needed, where it is needed.
func (r Room) fitting(q *route.Request, a ask.Ask) ([]offer.Offer, error) {
	var list []offer.Offer
	seen := map[uuid.UUID]bool{}
	for i, p := range a.Parts {
		if i == someParts {
			break
		}
		f := offer.Filter{Words: p.What, Matching: true}
		if len(a.Districts) == 1 {
			f.District = a.Districts[0].Slug
		}
		found, err := r.Offers.Search(q.Context(), f)
		if err != nil {
			return nil, err
		}
		for _, o := range found.Offers {
			if !seen[o.ID] && len(list) < someFitting {
				seen[o.ID] = true
				list = append(list, o)
			}
		}
	}
	return list, nil
}

// asked tells whether the organisation hears the ask by name.
func (v askDetail) asked(organisation uuid.UUID) bool {
	for _, o := range v.Chosen {
		if o.ID == organisation {
			return true
		}
	}
	return false
}

func (r Room) showAsk(q *route.Request) (route.Page, error) {
	v, err := r.readAsk(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(askPage(v)), nil
}

// askAgain shows the ask once more with a form that was refused.
func (r Room) askAgain(q *route.Request, err error, state *form.State, step string) (route.Page, error) {
	if !state.Fail(err) {
		return route.Page{}, err
	}
	v, failed := r.readAsk(q)
	if failed != nil {
		return route.Page{}, failed
	}
	v.form, v.step = state, step
	return route.Again(err, state, func() templ.Component { return askPage(v) })
}

// askStep is a press without fields.
func (r Room) askStep(q *route.Request, said, to string, do func(uuid.UUID) error) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	if err := do(id); err != nil {
		return r.askAgain(q, err, form.New(nil), "send")
	}
	if to == "" {
		to = asksPath + "/" + id.String()
	}
	return route.SeeOther(to).Saying(said), nil
}

func (r Room) sendAsk(q *route.Request) (route.Page, error) {
	return r.askStep(q, "flash.asks_sent", "", func(id uuid.UUID) error { return r.Asks.Send(q.Context(), q.Actor, id) })
}

func (r Room) stopAsk(q *route.Request) (route.Page, error) {
	return r.askStep(q, "flash.asks_stopped", "", func(id uuid.UUID) error { return r.Asks.Stop(q.Context(), q.Actor, id) })
}

func (r Room) resumeAsk(q *route.Request) (route.Page, error) {
	return r.askStep(q, "flash.asks_resumed", "", func(id uuid.UUID) error { return r.Asks.Resume(q.Context(), q.Actor, id) })
}

func (r Room) deleteAsk(q *route.Request) (route.Page, error) {
	return r.askStep(q, "flash.asks_deleted", asksPath, func(id uuid.UUID) error { return r.Asks.Delete(q.Context(), q.Actor, id) })
}

func (r Room) askAlso(q *route.Request) (route.Page, error) {
	var typed struct {
		Organisation string `form:"organisation"`
	}
	if _, err := form.Bind(q.Request, &typed); err != nil {
		return route.Page{}, err
	}
	return r.askStep(q, "flash.asks_also", "", func(id uuid.UUID) error {
		organisation, err := uuid.Parse(typed.Organisation)
		if err != nil {
			return fault.Wrap(fault.NotFound, "", err)
		}
		return r.Asks.AskAlso(q.Context(), q.Actor, id, organisation)
	})
}

func (r Room) extendAsk(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		AnswerBy string `form:"answer_by"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		until, ok := readDate(typed.AnswerBy)
		if !ok {
			err = fault.InField(fault.Invalid, "answer_by", "errors.field_date_invalid")
		} else {
			err = r.Asks.Extend(q.Context(), q.Actor, id, until)
		}
	}
	if err != nil {
		return r.askAgain(q, err, state, "frist")
	}
	return route.SeeOther(asksPath + "/" + id.String()).Saying("flash.asks_extended"), nil
}

func (r Room) respond(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Hands []string `form:"hands"`
		Reply string   `form:"reply"`
		Words string   `form:"words"`
	}
	state, err := form.Bind(q.Request, &typed)
	var phone []ask.Hand
	if err == nil {
		phone, err = r.Asks.Respond(q.Context(), q.Actor, id, ids(typed.Hands), ask.Reply(typed.Reply), typed.Words)
	}
	if err != nil {
		return r.askAgain(q, err, state, "svar")
	}
	said := "flash.asks_responded"
	if len(phone) > 0 {
		said = "flash.asks_responded_phone"
	}
	return route.SeeOther(asksPath + "/" + id.String()).Saying(said), nil
}

func (r Room) closeAsk(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	var typed struct {
		Outcome string `form:"outcome"`
		Story   string `form:"story"`
	}
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Asks.Close(q.Context(), q.Actor, id, ask.Outcome(typed.Outcome), typed.Story)
	}
	if err != nil {
		return r.askAgain(q, err, state, "luk")
	}
	return route.SeeOther(asksPath + "/" + id.String()).Saying("flash.asks_closed"), nil
}

func (r Room) enterHand(q *route.Request) (route.Page, error) {
	id, err := q.UUID("id")
	if err != nil {
		return route.Page{}, err
	}
	a, err := r.Asks.ByID(q.Context(), q.Actor, id)
	if err != nil {
		return route.Page{}, err
	}
	state, in, err := askview.Bind(q, a)
	in.Locale = "da"
	if err == nil {
		var organisation *uuid.UUID
		if s := state.Value("organisation"); s != "" {
			one, _ := uuid.Parse(s) // one that is none is refused as unknown
			organisation = &one
		}
		err = r.Asks.AnswerFor(q.Context(), q.Actor, id, organisation, in)
	}
	if err != nil {
		return r.askAgain(q, err, state, "haand")
	}
	return route.SeeOther(asksPath + "/" + id.String()).Saying("flash.asks_entered"), nil
}
