package concerns

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/theme"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// writing is a note as it is written.
type writing struct {
	frame     Frame
	form      *form.State
	id        uuid.UUID // zero: a new one
	themes    []theme.Theme
	districts []district.Choice
}

func (v writing) path() string {
	if v.id == uuid.Nil {
		return home + "/ny"
	}
	return v.back() + "/rediger"
}

func (v writing) back() string {
	if v.id == uuid.Nil {
		return home
	}
	return home + "/" + v.id.String()
}

// typedNote is the form as it is sent.
type typedNote struct {
	ID          string   `form:"id"`
	Kind        string   `form:"kind"`
	District    string   `form:"district"`
	Place       string   `form:"place"`
	Pattern     string   `form:"pattern"`
	SeenOn      string   `form:"seen_on"`
	Themes      []string `form:"themes"`
	Source      string   `form:"source"`
	SourceWords string   `form:"source_words"`
	Sure        string   `form:"sure"`
	SureOf      []string `form:"sure_of"`
	Version     string   `form:"version"`
}

func (t typedNote) input() concern.Input {
	in := concern.Input{Kind: concern.Kind(t.Kind), Place: t.Place, Pattern: t.Pattern, Themes: form.IDs(t.Themes), Source: concern.Source(t.Source),
		SourceWords: t.SourceWords, Looked: looked(t.Sure, t.SureOf)}
	in.ID, _ = uuid.Parse(t.ID) // none: it gets one
	in.District, _ = uuid.Parse(t.District)
	in.SeenOn, _ = form.Date(t.SeenOn)
	in.Version, _ = strconv.Atoi(t.Version) // none: nobody's latest
	return in
}

var fieldOrder = []string{"kind", "district", "place", "pattern", "seen_on", "themes", "source", "source_words", concern.FieldSure}

// choices reads what the form chooses from: the themes of the day the note is
// about, and those that it has.
func (r Room) choices(q *route.Request, v *writing, has []concern.Named) error {
	day, ok := form.Date(v.form.Value("seen_on"))
	if !ok {
		day = i18n.Day(q.Now())
	}
	var err error
	if v.themes, err = r.Themes.On(q.Context(), day); err != nil {
		return err
	}
	for _, t := range has {
		if !slices.ContainsFunc(v.themes, func(o theme.Theme) bool { return o.ID == t.ID }) {
			v.themes = append(v.themes, theme.Theme{ID: t.ID, Name: t.Name})
		}
	}
	if q.Actor.Role == authz.Administrator {
		v.districts, err = r.Districts.Choices(q.Context())
	} else {
		v.districts, err = r.Districts.ByIDs(q.Context(), q.Actor.Districts)
	}
	return err
}

func (r Room) newNote(q *route.Request) (route.Page, error) {
	v := writing{frame: r.Staff, form: form.New(nil).Set("id", newID()).Set("seen_on", i18n.Day(q.Now()).Format(form.TypedDate)).
		Set("kind", q.URL.Query().Get("slags"))}
	if err := r.choices(q, &v, nil); err != nil {
		return route.Page{}, err
	}
	for _, d := range v.districts {
		if d.Slug == q.URL.Query().Get("bydel") || len(v.districts) == 1 {
			v.form.Set("district", d.ID.String())
		}
	}
	return route.Show(writePage(v)), nil
}

func (r Room) create(q *route.Request) (route.Page, error) {
	var typed typedNote
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		in := typed.input()
		if in.ID, err = r.Concerns.Create(q.Context(), q.Actor, in); err == nil {
			return route.SeeOther(home + "/" + in.ID.String()).Saying("flash.concerns_written"), nil
		}
	}
	return r.writeAgain(q, err, writing{frame: r.Staff, form: state}, nil)
}

func (r Room) writeAgain(q *route.Request, err error, v writing, has []concern.Named) (route.Page, error) {
	if f := fault.FieldsOf(err); len(f) > 1 {
		err = form.InOrder(f, fieldOrder...).Err()
	}
	if !fail(v.form, err) {
		return route.Page{}, err
	}
	if failed := r.choices(q, &v, has); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return writePage(v) })
}

// readKept is the note in the address, for those who may change it.
func (r Room) readKept(q *route.Request) (concern.Concern, error) {
	v, err := r.read(q)
	if err == nil && !v.kept {
		err = fault.New(fault.Forbidden, "")
	}
	return v.Concern, err
}

func (r Room) edit(q *route.Request) (route.Page, error) {
	c, err := r.readKept(q)
	if err != nil {
		return route.Page{}, err
	}
	in := c.Input()
	v := writing{frame: r.Staff, id: c.ID, form: form.New(nil).Set("kind", string(in.Kind)).Set("district", in.District.String()).Set("place", in.Place).
		Set("pattern", in.Pattern).Set("seen_on", in.SeenOn.Format(form.TypedDate)).Set("themes", form.Strings(in.Themes)...).
		Set("source", string(in.Source)).Set("source_words", in.SourceWords).Set("version", strconv.Itoa(in.Version))}
	if err := r.choices(q, &v, c.Themes); err != nil {
		return route.Page{}, err
	}
	return route.Show(writePage(v)), nil
}

func (r Room) save(q *route.Request) (route.Page, error) {
	c, err := r.readKept(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedNote
	state, err := form.Bind(q.Request, &typed)
	if err == nil {
		err = r.Concerns.Update(q.Context(), q.Actor, c.ID, typed.input())
	}
	if err == nil {
		return route.SeeOther(home + "/" + c.ID.String()).Saying("flash.concerns_saved"), nil
	}
	return r.writeAgain(q, err, writing{frame: r.Staff, id: c.ID, form: state}, c.Themes)
}
