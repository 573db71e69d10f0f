package staff

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const (
	lastSide  = "/overblik"
	lastLists = "/relationer"
	someNotes = 8 // of each kind, before the page leads on
)

func (r Room) mountSide(m *route.Mux) {
	m.Get(authz.StaffHidden, districtsPath+"/{slug}"+lastSide, r.showSide)
	m.Get(authz.StaffHidden, districtsPath+"/{slug}"+lastLists, r.editSide)
	m.Post(authz.StaffHidden, districtsPath+"/{slug}"+lastLists, r.saveSide)
}

// sidePlace is a district as its staff see it.
type sidePlace struct {
	district.Side
	editable bool
	concerns []concern.Listing
	gladness []concern.Listing
}

func (v sidePlace) path() string { return districtsPath + "/" + v.Slug }

func (r Room) showSide(q *route.Request) (route.Page, error) {
	side, err := r.Districts.Side(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return route.Page{}, err
	}
	v := sidePlace{Side: side, editable: q.Actor.MayEditDistrict(side.ID)}
	list, err := r.Concerns.InDistrict(q.Context(), q.Actor, side.ID, someNotes)
	if err != nil {
		return route.Page{}, err
	}
	for _, c := range list {
		if c.Kind == concern.Wellbeing {
			v.gladness = append(v.gladness, c)
		} else {
			v.concerns = append(v.concerns, c)
		}
	}
	return route.Show(sidePage(v)), nil
}

// sideForm is the two lists as they are written.
type sideForm struct {
	district.Side
	form          *form.State
	relations     int // rows shown
	duties        int
	staff         []account.Choice
	organisations []organisation.Choice
}

func (v sideForm) path() string { return districtsPath + "/" + v.Slug + lastLists }

// typedSide is the form as it is sent.
type typedSide struct {
	Relations []typedRelation `form:"relations"`
	Duties    []typedDuty     `form:"duties"`
	Version   string          `form:"version"`
	More      string          `form:"more"`
}

type typedRelation struct {
	Organisation string `form:"organisation"`
	Name         string `form:"name"`
	What         string `form:"what"`
	Tie          string `form:"tie"`
	Since        string `form:"since"`
}

type typedDuty struct {
	Who  string `form:"who"` // of whom, see the prefixes below
	Name string `form:"name"`
	What string `form:"what"`
}

// Who has a duty is chosen among people and organisations together.
const (
	onStaff   = "a:"
	inPartner = "o:"
)

// compact removes the rows that nobody wrote in, so that rows and mistakes are
// counted alike.
func (t *typedSide) compact() {
	var relations []typedRelation
	for _, r := range t.Relations {
		if !blank(r.Organisation, r.Name, r.What, r.Since) {
			relations = append(relations, r)
		}
	}
	var duties []typedDuty
	for _, d := range t.Duties {
		if !blank(d.Who, d.Name, d.What) {
			duties = append(duties, d)
		}
	}
	t.Relations, t.Duties = relations, duties
}

// form is the form with what was typed and some blank rows.
func (t typedSide) form(side district.Side, relations, duties int) sideForm {
	state := form.New(nil).Set("version", t.Version)
	for i, r := range t.Relations {
		state.Set(district.RelationField(i, "organisation"), r.Organisation).Set(district.RelationField(i, "name"), r.Name).
			Set(district.RelationField(i, "what"), r.What).Set(district.RelationField(i, "tie"), r.Tie).Set(district.RelationField(i, "since"), r.Since)
	}
	for i, d := range t.Duties {
		state.Set(district.DutyField(i, "who"), d.Who).Set(district.DutyField(i, "name"), d.Name).Set(district.DutyField(i, "what"), d.What)
	}
	return sideForm{Side: side, form: state, relations: min(len(t.Relations)+relations, district.MaxSideRows), duties: min(len(t.Duties)+duties, district.MaxSideRows)}
}

// input reads dates and choices and joins their mistakes with all others.
func (t typedSide) input(now time.Time) (district.SideInput, error) {
	var f fault.Fields
	var in district.SideInput
	var err error
	if in.Version, err = strconv.Atoi(t.Version); err != nil {
		in.Version = -1 // nobody's latest
	}
	for i, row := range t.Relations {
		one := district.Relation{Name: row.Name, What: row.What, Tie: district.Tie(row.Tie), Since: dateIn(&f, district.RelationField(i, "since"), row.Since)}
		one.Organisation = chosenOf(&f, district.RelationField(i, "organisation"), row.Organisation)
		in.Relations = append(in.Relations, one)
	}
	for i, row := range t.Duties {
		one := district.Duty{Name: row.Name, What: row.What}
		if id, ok := strings.CutPrefix(row.Who, onStaff); ok {
			one.Account = chosenOf(&f, district.DutyField(i, "who"), id)
		} else {
			one.Organisation = chosenOf(&f, district.DutyField(i, "who"), strings.TrimPrefix(row.Who, inPartner))
		}
		in.Duties = append(in.Duties, one)
	}
	f = append(f, in.Validate(now)...)
	return in, inOrder(f, "relations", "duties").Err()
}

// chosenOf reads a choice that may be left out.
func chosenOf(f *fault.Fields, field, s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil && s != "" {
		f.Add(field, "errors.field_choose_one")
	}
	return id
}

func typedFromSide(side district.Side) typedSide {
	t := typedSide{Version: strconv.Itoa(side.Version)}
	for _, r := range side.Relations {
		row := typedRelation{Name: r.Name, What: r.What, Tie: string(r.Tie), Since: shown(r.Since)}
		if r.Organisation != uuid.Nil {
			row.Organisation, row.Name = r.Organisation.String(), ""
		}
		t.Relations = append(t.Relations, row)
	}
	for _, d := range side.Duties {
		row := typedDuty{Name: d.Name, What: d.What}
		switch {
		case d.Account != uuid.Nil:
			row.Who, row.Name = onStaff+d.Account.String(), ""
		case d.Organisation != uuid.Nil:
			row.Who, row.Name = inPartner+d.Organisation.String(), ""
		}
		t.Duties = append(t.Duties, row)
	}
	return t
}

// readSide is the district in the address, for those who may change its lists.
func (r Room) readSide(q *route.Request) (district.Side, error) {
	side, err := r.Districts.Side(q.Context(), q.Actor, q.Param("slug"))
	if err == nil && !q.Actor.MayEditDistrict(side.ID) {
		err = fault.New(fault.Forbidden, "")
	}
	return side, err
}

func (r Room) editSide(q *route.Request) (route.Page, error) {
	side, err := r.readSide(q)
	if err != nil {
		return route.Page{}, err
	}
	return r.writeSide(q, typedFromSide(side).form(side, blankRows, blankRows))
}

func (r Room) sideChoices(q *route.Request, v *sideForm) error {
	var err error
	if v.staff, err = r.Accounts.StaffChoices(q.Context(), q.Actor); err != nil {
		return err
	}
	v.organisations, err = r.Organisations.Choices(q.Context())
	return err
}

func (r Room) writeSide(q *route.Request, v sideForm) (route.Page, error) {
	if err := r.sideChoices(q, &v); err != nil {
		return route.Page{}, err
	}
	return route.Show(sideFormPage(v)), nil
}

func (r Room) saveSide(q *route.Request) (route.Page, error) {
	side, err := r.readSide(q)
	if err != nil {
		return route.Page{}, err
	}
	var typed typedSide
	_, err = form.Bind(q.Request, &typed)
	typed.compact()
	switch {
	case err == nil && typed.More == "relations":
		return r.writeSide(q, typed.form(side, moreRows, blankRows))
	case err == nil && typed.More != "":
		return r.writeSide(q, typed.form(side, blankRows, moreRows))
	}
	var in district.SideInput
	if err == nil {
		if in, err = typed.input(q.Now()); err == nil {
			err = r.Districts.SaveSide(q.Context(), q.Actor, side.ID, in)
		}
	}
	if err == nil {
		return route.SeeOther(districtsPath + "/" + side.Slug + lastSide).Saying("flash.concerns_side_saved"), nil
	}
	v := typed.form(side, blankRows, blankRows)
	if !v.form.Fail(err) {
		return route.Page{}, err
	}
	if failed := r.sideChoices(q, &v); failed != nil {
		return route.Page{}, failed
	}
	return route.Again(err, v.form, func() templ.Component { return sideFormPage(v) })
}
