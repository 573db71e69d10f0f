package staff

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/authz"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/report"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

const reportsPath = "/stab/rapporter"

func (r Room) mountReports(m *route.Mux) {
	m.Get(authz.Staff, reportsPath, r.askReport)
	m.Get(authz.Staff, reportsPath+"/papir", r.showPaper)
	m.Get(authz.Staff, reportsPath+"/papir.docx", r.paperFile)
}

// reporting is what paper is asked for.
type reporting struct {
	form      *form.State
	districts []district.Choice
	now       time.Time
}

func (r Room) askReport(q *route.Request) (route.Page, error) {
	v, err := r.readReporting(q)
	if err != nil {
		return route.Page{}, err
	}
	return route.Show(reportForm(v)), nil
}

// readReporting fills the form with what the address asks for, or else with this
// year and the reader's own districts.
func (r Room) readReporting(q *route.Request) (reporting, error) {
	v := reporting{form: form.New(q.URL.Query()), now: q.Now()}
	var err error
	if v.districts, err = r.Districts.Choices(q.Context()); err != nil {
		return v, err
	}
	if v.form.Value("slags") == "" {
		v.form.Set("slags", string(report.Committee))
	}
	if !q.URL.Query().Has("fra") && !q.URL.Query().Has("til") {
		year := report.Periods(q.Now())[0]
		v.form.Set("fra", year.From.Format(typedDate)).Set("til", year.Until.Format(typedDate))
	}
	if !q.URL.Query().Has("bydel") {
		var own []string
		for _, d := range v.districts {
			if q.Actor.Role == authz.Coordinator && q.Actor.MayEditDistrict(d.ID) {
				own = append(own, d.Slug)
			}
		}
		v.form.Set("bydel", own...)
	}
	return v, nil
}

// order is what the address asks for. No districts are all of them.
func order(q *route.Request) report.Order {
	of := q.URL.Query()
	o := report.Order{Kind: report.Kind(of.Get("slags")), Districts: of["bydel"]}
	o.From, _ = readDate(of.Get("fra"))  // none is refused as such
	o.Until, _ = readDate(of.Get("til")) // likewise
	return o
}

// refused shows the form with what was asked for and what is wrong with it.
func (r Room) refusedReport(q *route.Request, err error) (route.Page, error) {
	v, failed := r.readReporting(q)
	if failed != nil {
		return route.Page{}, failed
	}
	if f := fault.FieldsOf(err); len(f) > 0 {
		err = inOrder(f, "slags", "fra", "til", "bydel").Err()
	}
	return route.Again(err, v.form, func() templ.Component { return reportForm(v) })
}

func (r Room) showPaper(q *route.Request) (route.Page, error) {
	p, err := r.Reports.Write(q.Context(), q.Actor, order(q))
	if err != nil {
		return r.refusedReport(q, err)
	}
	return route.Show(paperPage(p, q.URL.Query())), nil
}

func (r Room) paperFile(q *route.Request) (route.Page, error) {
	p, err := r.Reports.Write(q.Context(), q.Actor, order(q))
	if err != nil {
		return r.refusedReport(q, err)
	}
	file, err := p.Docx(q.Now())
	if err != nil {
		return route.Page{}, err
	}
	return route.File(report.ContentType, "mellemrum.docx", file), nil
}

func paperOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(report.Kinds))
	for i, k := range report.Kinds {
		options[i] = ui.Option{Value: string(k), Label: ui.T(ctx, k.Key())}
	}
	return options
}

// periodPath is the form filled with a period.
func periodPath(p report.Period) string {
	return reportsPath + "?" + url.Values{"fra": {p.From.Format(typedDate)}, "til": {p.Until.Format(typedDate)}}.Encode()
}
