package district

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// maxPlanRows is how many documents, or milestones, a plan has.
const maxPlanRows = 30

func (p Plan) validate(f *fault.Fields, row string) {
	if len(p.Documents) > maxPlanRows {
		f.Add(row+"documents", "districts.too_many", "Max", maxPlanRows)
	}
	for _, d := range p.Documents {
		u, err := url.Parse(d.URL)
		switch {
		case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "", len(d.URL) > 500:
			f.Add(row+"documents", "districts.document_line", "Line", strings.TrimSpace(d.Title+" "+d.URL))
		case d.Title == "":
			f.Add(row+"documents", "districts.document_title", "Line", d.URL)
		default:
			text.Check(f, row+"documents", d.Title, 160)
		}
	}
	if len(p.Milestones) > maxPlanRows {
		f.Add(row+"milestones", "districts.too_many", "Max", maxPlanRows)
	}
	for _, m := range p.Milestones {
		if m.DueOn.IsZero() || m.Title == "" {
			f.Add(row+"milestones", "districts.milestone_line", "Line", m.Title)
			continue
		}
		text.Check(f, row+"milestones", m.Title, 160)
	}
}

func (p Plan) writeRows(ctx context.Context, tx *pg.Tx, plan uuid.UUID) error {
	titles, addresses := make([]string, len(p.Documents)), make([]string, len(p.Documents))
	for i, d := range p.Documents {
		titles[i], addresses[i] = d.Title, d.URL
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO plan_documents (plan_id, position, title, url)
		SELECT $1, n, t, u FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS x (t, u, n)`, plan, titles, addresses); err != nil {
		return err
	}
	names, days := make([]string, len(p.Milestones)), make([]time.Time, len(p.Milestones))
	for i, m := range p.Milestones {
		names[i], days[i] = m.Title, m.DueOn
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO plan_milestones (plan_id, position, due_on, title)
		SELECT $1, n, d, t FROM unnest($2::date[], $3::text[]) WITH ORDINALITY AS x (d, t, n)`, plan, days, names)
	return err
}

// Documents reads one document a line: its title and then its address. A line
// without an address is kept with none, and is refused as such.
func Documents(s string) []Document {
	var list []Document
	for line := range strings.Lines(s) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		d := Document{Title: text.Line(line)}
		if at := slices.IndexFunc(words, func(w string) bool { return strings.Contains(w, "://") }); at >= 0 {
			d = Document{Title: strings.TrimRight(strings.Join(slices.Delete(slices.Clone(words), at, at+1), " "), " :,–-"), URL: words[at]}
		}
		list = append(list, d)
	}
	return list
}

// Lines writes documents as Documents reads them.
func Lines(list []Document) string {
	lines := make([]string, len(list))
	for i, d := range list {
		lines[i] = d.Title + " " + d.URL
	}
	return strings.Join(lines, "\n")
}

// Milestones reads one milestone a line: its day, as readDay understands it, and
// what happens. A line without a day is kept with none, and is refused as such.
func Milestones(s string, readDay func(string) (time.Time, bool)) []Milestone {
	var list []Milestone
	for line := range strings.Lines(s) {
		if line = text.Line(line); line == "" {
			continue
		}
		first, rest, _ := strings.Cut(line, " ")
		day, ok := readDay(strings.TrimRight(first, ":,"))
		if !ok {
			list = append(list, Milestone{Title: line})
			continue
		}
		list = append(list, Milestone{DueOn: day, Title: text.Line(rest)})
	}
	return list
}
