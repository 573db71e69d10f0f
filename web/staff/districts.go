package staff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

// districtList is every district, those the actor may edit first.
type districtList struct {
	mine, others []district.Summary
}

func (r Room) listDistricts(q *route.Request) (route.Page, error) {
	all, err := r.Districts.List(q.Context())
	if err != nil {
		return route.Page{}, err
	}
	var v districtList
	for _, d := range all {
		if q.Actor.MayEditDistrict(d.ID) {
			v.mine = append(v.mine, d)
		} else {
			v.others = append(v.others, d)
		}
	}
	return route.Show(districtsPage(v)), nil
}

// districtForm is a district as it is written.
type districtForm struct {
	form      *form.State
	slug      string // empty: a new one
	name      string
	drawn     bool // it has an outline
	strengths int  // rows shown
	plans     int
	staff     []account.Choice
}

func (v districtForm) path() string {
	if v.slug == "" {
		return districtsPath + "/ny"
	}
	return districtsPath + "/" + v.slug
}

// Blank rows after those that are written, and after the press for more.
const (
	blankRows = 2
	moreRows  = 5
)

func (r Room) newDistrict(q *route.Request) (route.Page, error) {
	v := districtForm{form: form.New(nil), strengths: 1 + blankRows, plans: blankRows}
	return r.showDistrict(q, v)
}

func (r Room) showDistrict(q *route.Request, v districtForm) (route.Page, error) {
	var err error
	if v.staff, err = r.Accounts.StaffChoices(q.Context(), q.Actor); err != nil {
		return route.Page{}, err
	}
	return route.Show(districtPage(v)), nil
}

func (r Room) editDistrict(q *route.Request) (route.Page, error) {
	e, err := r.Districts.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	typed := typedDistrict{Name: e.Name, Intro: e.Intro, HousingAreas: strings.Join(e.HousingAreas, "\n"),
		UpdatedAt: e.UpdatedAt.Format(time.RFC3339Nano)}
	if e.Contact != uuid.Nil {
		typed.Contact = e.Contact.String()
	}
	for _, s := range e.Strengths {
		typed.Strengths = append(typed.Strengths, typedStrength{s.Body, s.SaidBy, shown(s.SaidOn)})
	}
	for _, p := range e.Plans {
		typed.Plans = append(typed.Plans, typedPlan{string(p.Kind), p.Title, p.Owner, shown(p.StartsOn), shown(p.EndsOn), district.Lines(p.Documents), milestones(p.Milestones)})
	}
	v := typed.form(blankRows)
	v.slug, v.name, v.drawn = e.Slug, e.Name, len(e.Outline) > 0
	return r.showDistrict(q, v)
}

// typedDistrict is the form as it is sent.
type typedDistrict struct {
	Name         string          `form:"name"`
	Intro        string          `form:"intro"`
	HousingAreas string          `form:"housing_areas"`
	Strengths    []typedStrength `form:"strengths"`
	Plans        []typedPlan     `form:"plans"`
	Contact      string          `form:"contact"`
	Outline      string          `form:"outline"`
	NoOutline    string          `form:"no_outline"`
	More         string          `form:"more"`
	UpdatedAt    string          `form:"updated_at"`
}

type typedStrength struct {
	Body   string `form:"body"`
	SaidBy string `form:"said_by"`
	SaidOn string `form:"said_on"`
}

type typedPlan struct {
	Kind     string `form:"kind"`
	Title    string `form:"title"`
	Owner    string `form:"owner"`
	StartsOn string `form:"starts_on"`
	EndsOn   string `form:"ends_on"`
	// One a line.
	Documents  string `form:"documents"`
	Milestones string `form:"milestones"`
}

// compact removes the rows that nobody wrote in, so that rows and mistakes are
// counted alike.
func (t *typedDistrict) compact() {
	t.Strengths = slices.DeleteFunc(t.Strengths, func(s typedStrength) bool { return blank(s.Body, s.SaidBy, s.SaidOn) })
	t.Plans = slices.DeleteFunc(t.Plans, func(p typedPlan) bool {
		return blank(p.Title, p.Owner, p.StartsOn, p.EndsOn, p.Documents, p.Milestones)
	})
}

// form is the form with what was typed and some blank rows.
func (t typedDistrict) form(blanks int) districtForm {
	state := form.New(nil).Set("name", t.Name).Set("intro", t.Intro).Set("housing_areas", t.HousingAreas).
		Set("contact", t.Contact).Set("outline", t.Outline).Set("no_outline", t.NoOutline).Set("updated_at", t.UpdatedAt)
	for i, s := range t.Strengths {
		row := fmt.Sprintf("strengths[%d].", i)
		state.Set(row+"body", s.Body).Set(row+"said_by", s.SaidBy).Set(row+"said_on", s.SaidOn)
	}
	for i, p := range t.Plans {
		row := fmt.Sprintf("plans[%d].", i)
		state.Set(row+"kind", p.Kind).Set(row+"title", p.Title).Set(row+"owner", p.Owner).
			Set(row+"starts_on", p.StartsOn).Set(row+"ends_on", p.EndsOn).Set(row+"documents", p.Documents).Set(row+"milestones", p.Milestones)
	}
	return districtForm{form: state, strengths: len(t.Strengths) + blanks, plans: len(t.Plans) + blanks}
}

// input reads the dates and joins their mistakes with all others.
func (t typedDistrict) input() (district.Input, fault.Fields) {
	var f fault.Fields
	in := district.Input{Name: t.Name, Intro: t.Intro, HousingAreas: strings.Split(t.HousingAreas, "\n"), UpdatedAt: sent(t.UpdatedAt)}
	for i, s := range t.Strengths {
		in.Strengths = append(in.Strengths, district.Strength{Body: s.Body, SaidBy: s.SaidBy,
			SaidOn: dateIn(&f, fmt.Sprintf("strengths[%d].said_on", i), s.SaidOn)})
	}
	for i, p := range t.Plans {
		row := fmt.Sprintf("plans[%d].", i)
		in.Plans = append(in.Plans, district.Plan{Kind: district.PlanKind(p.Kind), Title: p.Title, Owner: p.Owner,
			StartsOn: dateIn(&f, row+"starts_on", p.StartsOn), EndsOn: dateIn(&f, row+"ends_on", p.EndsOn),
			Documents: district.Documents(p.Documents), Milestones: district.Milestones(p.Milestones, readDate)})
	}
	if !blank(t.Outline) {
		in.Outline = json.RawMessage(strings.TrimSpace(t.Outline))
	}
	if !blank(t.Contact) {
		id, err := uuid.Parse(t.Contact)
		if err != nil {
			f.Add("contact", "errors.field_choose_one")
		}
		in.Contact = id
	}
	f = append(f, in.Validate()...)
	return in, inOrder(f, "name", "intro", "strengths", "housing_areas", "plans", "contact", "outline")
}

// dateIn reads a date that may be left out. One that cannot be read still
// stands for a date, so that its row is not taken for an empty one.
func dateIn(f *fault.Fields, name, s string) *time.Time {
	if blank(s) {
		return nil
	}
	t, ok := readDate(s)
	if !ok {
		f.Add(name, "errors.field_date_invalid")
	}
	return &t
}

// milestones are one a line, as they are typed.
func milestones(list []district.Milestone) string {
	lines := make([]string, len(list))
	for i, m := range list {
		lines[i] = m.DueOn.Format(typedDate) + " " + m.Title
	}
	return strings.Join(lines, "\n")
}

func shown(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(typedDate)
}

// bindDistrict reads the form. What was typed is in the struct; its rows are
// numbered anew.
func bindDistrict(q *route.Request) (typed typedDistrict, err error) {
	_, err = form.Bind(q.Request, &typed)
	typed.compact()
	return typed, err
}

func (r Room) createDistrict(q *route.Request) (route.Page, error) {
	typed, err := bindDistrict(q)
	if err == nil && typed.More != "" {
		return r.showDistrict(q, typed.form(moreRows))
	}
	var ref district.Ref
	if err == nil {
		in, f := typed.input()
		if err = f.Err(); err == nil {
			ref, err = r.Districts.Create(q.Context(), q.Actor, in)
		}
	}
	if err != nil {
		return r.districtAgain(q, err, typed.form(blankRows))
	}
	return route.SeeOther(districtsPath + "/" + ref.Slug + "/start").Saying("flash.staff_district_created"), nil
}

func (r Room) saveDistrict(q *route.Request) (route.Page, error) {
	e, err := r.Districts.ForEdit(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	typed, err := bindDistrict(q)
	show := func(blanks int) districtForm {
		v := typed.form(blanks)
		v.slug, v.name, v.drawn = e.Slug, e.Name, len(e.Outline) > 0
		return v
	}
	if err == nil && typed.More != "" {
		return r.showDistrict(q, show(moreRows))
	}
	if err == nil {
		in, f := typed.input()
		if len(in.Outline) == 0 && typed.NoOutline == "" {
			in.Outline = e.Outline // left as it is
		}
		if err = f.Err(); err == nil {
			err = r.Districts.Update(q.Context(), q.Actor, e.ID, in)
		}
	}
	if err != nil {
		return r.districtAgain(q, err, show(blankRows))
	}
	return route.SeeOther(districtsPath + "/" + e.Slug).Saying("flash.staff_district_saved"), nil
}

func (r Room) districtAgain(q *route.Request, err error, v districtForm) (route.Page, error) {
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	var failed error
	if v.staff, failed = r.Accounts.StaffChoices(q.Context(), q.Actor); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return districtPage(v) })
}
