package initiatives

import (
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/internal/text"
	"mellemrum/internal/theme"
	"mellemrum/web/form"
	"mellemrum/web/initiativeview"
	"mellemrum/web/route"
)

// editing is an initiative's facts as they are written.
type editing struct {
	form      *form.State
	detail    // of one that is there
	fresh     bool
	districts []district.Choice
	themes    []theme.Theme
	staff     []account.Choice // who can keep an eye on it; none: the reader does not choose
}

func (v editing) action() string {
	if v.fresh {
		return home + "/ny"
	}
	return v.path() + "/rediger"
}

func (v editing) back() string {
	if v.fresh {
		return v.list()
	}
	return v.work()
}

// typedFacts is the form as it is sent.
type typedFacts struct {
	ID        string   `form:"id"`
	For       string   `form:"for"`
	Title     string   `form:"title"`
	Kind      string   `form:"kind"`
	Districts []string `form:"districts"`
	Themes    []string `form:"themes"`
	Comments  string   `form:"comments"`
	Owner     string   `form:"owner"`
	Purpose   string   `form:"purpose"`
	Need      string   `form:"need"`
	Body      string   `form:"body"`
	UpdatedAt string   `form:"updated_at"`
	Concern   string   `form:"concern"` // that it begins from
}

var factOrder = []string{"for", "title", "kind", "purpose", "need", "body", "districts", "themes", "comments", "owner"}

func (t typedFacts) input() initiative.Input {
	in := initiative.Input{Title: t.Title, Kind: initiative.Kind(t.Kind), Districts: form.IDs(t.Districts), Themes: form.IDs(t.Themes),
		Comments: initiative.Comments(t.Comments), Words: initiative.Words{Purpose: t.Purpose, Need: t.Need, Body: t.Body},
		UpdatedAt: form.Moment(t.UpdatedAt)}
	in.ID, _ = uuid.Parse(t.ID) // none: a new one gets one
	in.Owner, _ = uuid.Parse(t.Owner)
	return in
}

// choices reads what the form chooses from. An initiative keeps the themes it
// has when the words change.
func (r Room) choices(q *route.Request, v *editing) error {
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return err
	}
	if v.themes, err = r.Themes.Current(q.Context()); err != nil {
		return err
	}
	for _, t := range v.Themes {
		if !hasTheme(v.themes, t.ID) {
			v.themes = append(v.themes, theme.Theme{ID: t.ID, Name: t.Name})
		}
	}
	if v.fresh && q.Actor.Staff() || !v.fresh && v.KeptBy(q.Actor) {
		v.staff, err = r.Accounts.StaffChoices(q.Context(), q.Actor)
	}
	return err
}

func hasTheme(list []theme.Theme, id uuid.UUID) bool {
	for _, t := range list {
		if t.ID == id {
			return true
		}
	}
	return false
}

func (r Room) newInitiative(q *route.Request) (route.Page, error) {
	v := editing{form: form.New(nil).Set("id", newID()).Set("comments", string(initiative.Before)), fresh: true, detail: detail{actor: q.Actor}}
	if q.Actor.Staff() {
		v.form.Set("owner", q.Actor.AccountID.String())
	}
	if len(q.Actor.Districts) == 1 {
		v.form.Set("districts", form.Strings(q.Actor.Districts)...)
	}
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	if from := q.URL.Query().Get("bekymring"); from != "" {
		if err := r.fromConcern(q, &v, from); err != nil {
			return route.Page{}, err
		}
	}
	return route.Show(editPage(v)), nil
}

// fromConcern begins with what a note says: its district, its themes as far as
// they are still in use, and what is needed.
func (r Room) fromConcern(q *route.Request, v *editing, from string) error {
	id, err := uuid.Parse(from)
	if err != nil {
		return fault.Wrap(fault.NotFound, "", err)
	}
	c, err := r.Concerns.Start(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	var themes []string
	for _, t := range c.Themes {
		if hasTheme(v.themes, t.ID) {
			themes = append(themes, t.ID.String())
		}
	}
	v.form.Set("concern", c.ID.String()).Set("districts", c.DistrictID.String()).Set("themes", themes...).Set("need", c.Need)
	return nil
}

// ledFrom remembers at the note what it became the start of.
func (r Room) ledFrom(q *route.Request, from string, to uuid.UUID) error {
	id, _ := uuid.Parse(from) // none: refused as unknown
	err := r.Concerns.Led(q.Context(), q.Actor, id, uuid.Nil, to)
	if fault.Is(err, fault.NotFound) {
		return nil // the note is gone meanwhile; what was written stands
	}
	return err
}

func (r Room) create(q *route.Request) (route.Page, error) {
	var typed typedFacts
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := typed.input()
		in.For, err = proposer(q.Actor, typed.For)
		f := append(fault.FieldsOf(err), in.Validate()...)
		if q.Actor.Role == authz.Coordinator && !q.Actor.MayKeepInitiative(in.Districts) {
			f.Add("districts", "initiatives.district_yours")
		}
		var ref initiative.Ref
		if err = form.InOrder(f, factOrder...).Err(); err == nil {
			ref, err = r.Initiatives.Create(q.Context(), q.Actor, in)
		}
		if err == nil && typed.Concern != "" {
			err = r.ledFrom(q, typed.Concern, ref.ID)
		}
		if err == nil {
			return route.SeeOther(initiativeview.WorkPath(ref.Slug)).Saying("flash.initiatives_created"), nil
		}
	}
	return r.editAgain(q, err, editing{form: state, fresh: true, detail: detail{actor: q.Actor}})
}

// proposer is the organisation that a partner writes for: their only one, or
// the one they chose.
func proposer(a authz.Actor, chosen string) (uuid.UUID, error) {
	if a.Role != authz.Partner {
		return uuid.Nil, nil
	}
	if len(a.Organisations) == 1 {
		return a.Organisations[0].OrganisationID, nil
	}
	id, err := uuid.Parse(chosen)
	if err != nil || !a.MemberOf(id) {
		return uuid.Nil, fault.InField(fault.Invalid, "for", text.KeyChooseOne)
	}
	return id, nil
}

func (r Room) editAgain(q *route.Request, err error, v editing) (route.Page, error) {
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	if failed := r.choices(q, &v); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return editPage(v) })
}

func (r Room) edit(q *route.Request, d detail) (route.Page, error) {
	in := d.Input()
	v := editing{detail: d, form: form.New(nil).Set("title", in.Title).Set("kind", string(in.Kind)).Set("districts", form.Strings(in.Districts)...).
		Set("themes", form.Strings(in.Themes)...).Set("comments", string(in.Comments)).Set("updated_at", in.UpdatedAt.Format(time.RFC3339Nano))}
	if in.Owner != uuid.Nil {
		v.form.Set("owner", in.Owner.String())
	}
	if err := r.choices(q, &v); err != nil {
		return route.Page{}, err
	}
	return route.Show(editPage(v)), nil
}

func (r Room) save(q *route.Request, d detail) (route.Page, error) {
	var typed typedFacts
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := typed.input()
		in.Words = initiative.Words{Purpose: "-"} // has a form of its own
		if err = form.InOrder(in.Validate(), factOrder...).Err(); err == nil {
			err = r.Initiatives.Update(q.Context(), q.Actor, d.ID, in)
		}
	}
	if err == nil {
		return done(d, "flash.initiatives_saved")
	}
	return r.editAgain(q, err, editing{form: state, detail: d})
}
