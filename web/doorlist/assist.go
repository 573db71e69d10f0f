package doorlist

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// The last part of the addresses where people are helped.
const (
	stepAssist = "tilmeld"
	stepList   = "liste"
	stepSlip   = "seddel"
	stepSlips  = "sedler"
)

// desk is a date as those see it who help people sign up for it.
type desk struct {
	cafe.Occasion
	door   Door
	form   *form.State
	coming bool
}

func (v desk) path() string {
	return v.door.Prefix + "/" + v.Slug + "/" + v.OnDate.Format(cafe.DateFormat)
}

func (d Door) desk(q *route.Request, state *form.State) (desk, error) {
	day, err := date(q)
	if err != nil {
		return desk{}, err
	}
	o, err := d.Cafes.AtDesk(q.Context(), q.Actor, q.Param("slug"), day)
	return desk{Occasion: o, door: d, form: state, coming: o.Coming(q.Now())}, err
}

// assist is the form for somebody who stands here.
func (d Door) assist(q *route.Request) (route.Page, error) {
	state := form.New(nil).Set("press", newPress()).Set("party", "1").Set("language", "da")
	v, err := d.desk(q, state)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(assistPage(v)), nil
}

func (d Door) signUpFor(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	var in struct {
		Press    string `form:"press"`
		Place    string `form:"place"`
		Name     string `form:"name"`
		Phone    string `form:"phone"`
		Email    string `form:"email"`
		Party    int    `form:"party"`
		Language string `form:"language"`
		Note     string `form:"note"`
		Photo    bool   `form:"photo"`
		First    bool   `form:"first"`
		Consent  bool   `form:"consent"`
	}
	state, err := form.Bind(q.Request, &in)
	v, deskErr := d.desk(q, state)
	if deskErr != nil {
		return route.Page{}, deskErr
	}
	var receipt cafe.Receipt
	if err == nil {
		receipt, err = d.Cafes.SignUpOnce(q.Context(), q.Actor, q.Param("slug"), day, press(in.Press), cafe.SignUp{
			Place: in.Place, Name: in.Name, Phone: in.Phone, Email: in.Email, Party: in.Party, Language: in.Language, Note: in.Note,
			Locale: q.Locale.Code, Photo: in.Photo, FirstTime: in.First}, in.Consent)
	}
	if err != nil {
		return route.Again(err, state, func() templ.Component { return assistPage(v) })
	}
	return route.SeeOther(slipPath(v.path(), receipt.ID, receipt.Token)), nil
}

// newPress names a page, so that it counts once however often it is sent.
func newPress() string { return uuid.NewString() }

// press reads a page's name; a page without one counts each time.
func press(s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.New()
	}
	return id
}

// placeName names a kind of place, with the language of an interpreter and the
// hours of a shift.
func placeName(ctx context.Context, p cafe.Place) string {
	return shift(ctx, ui.T(ctx, "cafes.kind_"+string(p.Kind)), p)
}

func shift(ctx context.Context, name string, p cafe.Place) string {
	if p.Language != "" {
		name = ui.T(ctx, "desk.with_language", "Kind", name, "Language", ui.T(ctx, text.LanguageKey(p.Language)))
	}
	if p.Shift {
		return ui.T(ctx, "desk.shift", "Kind", name, "Time", i18n.From(ctx).ClockRange(p.StartsAt, p.EndsAt))
	}
	return name
}

func deskPlaces(ctx context.Context, v desk) []ui.Option {
	options := make([]ui.Option, len(v.Places))
	for i, p := range v.Places {
		options[i] = ui.Option{Value: p.Key, Label: placeName(ctx, p), Note: ui.T(ctx, "cafes.waiting_list")}
		if left := p.Left(); left > 0 {
			options[i].Note = ui.N(ctx, "ui.places_left", left)
		}
	}
	return options
}
