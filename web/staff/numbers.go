package staff

import (
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/sheet"
	"mellemrum/internal/text"
	"mellemrum/web/form"
	"mellemrum/web/route"
)

const numbersPath = "/stab/tal"

func (r Room) mountNumbers(m *route.Mux) {
	m.Get(authz.Staff, numbersPath, r.numbers)
	m.Get(authz.Staff, numbersPath+"/tal.csv", r.numbersCSV)
	m.Get(authz.Staff, numbersPath+"/tal.xlsx", r.numbersXLSX)
}

// figures is what happened in a period, added up in three ways.
type figures struct {
	form      *form.State
	cafes     []cafe.Choice
	districts []district.Choice
	rows      []cafe.NumbersRow
	all       cafe.Figures
	byCafe    []cafe.NamedFigures
	byPlace   []cafe.NamedFigures // districts
	byMonth   []cafe.NamedFigures
}

// query is the part of the address that narrows, for the files.
func (v figures) query() string {
	q := url.Values{}
	for _, name := range []string{"cafe", "bydel", "fra", "til"} {
		q.Set(name, v.form.Value(name))
	}
	return q.Encode()
}

// filter reads what is asked for: the last twelve months when nothing is.
func numbersFilter(q *route.Request) (cafe.NumbersFilter, *form.State, error) {
	state := form.New(q.URL.Query())
	today := i18n.Day(q.Now())
	if !q.URL.Query().Has("fra") && !q.URL.Query().Has("til") {
		state.Set("fra", today.AddDate(-1, 0, 1).Format(typedDate)).Set("til", today.Format(typedDate))
	}
	f := cafe.NumbersFilter{Cafe: slug(state.Value("cafe")), District: slug(state.Value("bydel"))}
	var wrong fault.Fields
	for name, to := range map[string]*time.Time{"fra": &f.From, "til": &f.Until} {
		if blank(state.Value(name)) {
			continue
		}
		date, ok := readDate(state.Value(name))
		if !ok {
			wrong.Add(name, "errors.field_date_invalid")
		}
		*to = date
	}
	if len(wrong) == 0 && !f.From.IsZero() && !f.Until.IsZero() && f.Until.Before(f.From) {
		wrong.Add("til", "cafes.until_before_from")
	}
	return f, state, inOrder(wrong, "fra", "til").Err()
}

// slug is a name from an address; one that cannot be one finds nothing.
func slug(s string) string {
	if s != "" && !text.IsSlug(s) {
		return "-"
	}
	return s
}

func (r Room) readNumbers(q *route.Request) (figures, error) {
	f, state, wrong := numbersFilter(q)
	v := figures{form: state}
	var err error
	if v.cafes, err = r.Cafes.NumbersChoices(q.Context(), q.Actor); err != nil {
		return v, err
	}
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return v, err
	}
	if wrong != nil {
		return v, wrong
	}
	if v.rows, err = r.Cafes.Numbers(q.Context(), q.Actor, f); err != nil {
		return v, err
	}
	for _, row := range v.rows {
		v.all.Add(row.Figures)
	}
	v.byCafe = cafe.By(v.rows, func(n cafe.NumbersRow) cafe.NamedFigures { return cafe.NamedFigures{Slug: n.Slug, Name: n.Name} })
	v.byPlace = cafe.By(v.rows, func(n cafe.NumbersRow) cafe.NamedFigures { return cafe.NamedFigures{Name: n.District} })
	v.byMonth = months(v.rows)
	return v, nil
}

// months adds up by month, the first one first.
func months(rows []cafe.NumbersRow) []cafe.NamedFigures {
	list := cafe.By(rows, func(n cafe.NumbersRow) cafe.NamedFigures { return cafe.NamedFigures{Day: n.Month} })
	slices.SortFunc(list, func(a, b cafe.NamedFigures) int { return a.Day.Compare(b.Day) })
	return list
}

func (r Room) numbers(q *route.Request) (route.Page, error) {
	v, err := r.readNumbers(q)
	if err != nil {
		return route.Again(err, v.form, func() templ.Component { return numbersPage(v) })
	}
	return route.Show(numbersPage(v)), nil
}

// numbersTable is the figures as a file: a row for each café and month. Its
// words are Danish whatever language its reader uses the portal in.
func (r Room) numbersTable(q *route.Request) (sheet.Table, error) {
	v, err := r.readNumbers(q)
	if err != nil {
		return sheet.Table{}, err
	}
	da := i18n.ByCode("da")
	t := sheet.Table{Name: da.T("numbers.title"), Columns: []sheet.Column{{Name: da.T("numbers.cafe")}, {Name: da.T("numbers.district")},
		{Name: da.T("numbers.month"), Kind: sheet.Date}, {Name: da.T("numbers.held"), Kind: sheet.Whole}, {Name: da.T("numbers.cancelled"), Kind: sheet.Whole},
		{Name: da.T("numbers.places"), Kind: sheet.Whole}, {Name: da.T("numbers.signed_up"), Kind: sheet.Whole}, {Name: da.T("numbers.came"), Kind: sheet.Whole},
		{Name: da.T("numbers.waiting"), Kind: sheet.Whole}, {Name: da.T("numbers.away"), Kind: sheet.Whole}, {Name: da.T("numbers.first"), Kind: sheet.Whole},
		{Name: da.T("numbers.helpers"), Kind: sheet.Whole}, {Name: da.T("numbers.hours"), Kind: sheet.Hours}}}
	for _, n := range v.rows {
		t.Rows = append(t.Rows, []any{n.Name, n.District, n.Month, n.Held, n.Cancelled, n.Places, n.SignedUp, n.Came, n.Waiting, n.StayedAway,
			n.FirstTimers, n.Helpers, n.Hours})
	}
	return t, nil
}

func (r Room) numbersCSV(q *route.Request) (route.Page, error) {
	t, err := r.numbersTable(q)
	if err != nil {
		return route.Page{}, err
	}
	separator := ','
	if q.URL.Query().Get("tegn") == "semikolon" {
		separator = ';'
	}
	file, err := t.CSV(separator)
	return route.File("text/csv; charset=utf-8", "tal.csv", file), err
}

func (r Room) numbersXLSX(q *route.Request) (route.Page, error) {
	t, err := r.numbersTable(q)
	if err != nil {
		return route.Page{}, err
	}
	file, err := t.XLSX()
	return route.File("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "tal.xlsx", file), err
}
