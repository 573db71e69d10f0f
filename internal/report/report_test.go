package report

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

type bench struct {
	t         *testing.T
	db        *pg.DB
	s         *Service
	boss      authz.Actor
	districts []uuid.UUID
}

func setUp(t *testing.T, districts ...string) *bench {
	t.Helper()
	t.Parallel()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b := &bench{t: t, db: db, s: New(db, cafe.New(db), concern.New(db)), boss: authz.Actor{Role: authz.Administrator, AccountID: uuid.New()}}
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from) VALUES ($1, 'chef@stab.example', 'Chefen Prøve', 'administrator', 'x', now(), now())`, b.boss.AccountID)
	for _, slug := range districts {
		id := uuid.New()
		b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
		b.exec(`INSERT INTO district_strengths (id, district_id, position, body, said_by, added_at) VALUES (gen_random_uuid(), $1, 0, 'Her hilser vi', 'beboerne', $2)`, id, noon)
		b.districts = append(b.districts, id)
	}
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func order(from, until string, districts ...string) Order {
	return Order{Kind: Committee, From: day(from), Until: day(until), Districts: districts}
}

func (b *bench) facts(o Order) Facts {
	b.t.Helper()
	f, err := b.s.Facts(context.Background(), b.boss, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// row is anything that is counted, as the test remembers it.
type row struct {
	kind      string
	at        time.Time
	districts []int // places in bench.districts
	number    int   // people
	yes       bool  // met, held, verified …
}

// The figures of a paper are those that come out when every row is looked at
// one by one, here in Go.
func TestFiguresAreTheRowsCountedAgain(t *testing.T) {
	b := setUp(t, "herby", "derby", "nyby")
	r := rand.New(rand.NewPCG(7, 23))
	zone, _ := time.LoadLocation("Europe/Copenhagen")
	var rows []row
	some := func() []int {
		list := []int{r.IntN(3)}
		if other := r.IntN(3); r.IntN(2) == 0 && other != list[0] {
			list = append(list, other)
		}
		return list
	}
	when := func() time.Time { // within eight months around the period, on the hour
		return time.Date(2026, 3, 1, 0, 0, 0, 0, zone).Add(time.Duration(r.IntN(240*24)) * time.Hour)
	}
	for n := range 60 {
		id, at, in := uuid.New(), when(), some()
		outcome := []string{"fulfilled", "partly", "cancelled"}[r.IntN(3)]
		b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, author_id, status, outcome, opened_at, closed_at, created_at, updated_at)
			VALUES ($1, 'x', 'x', '2027-01-01', false, 'x', 'x@post.example', $2, 'closed', $3, $4, $4, $4, $4)`, id, b.boss.AccountID, outcome, at)
		for _, d := range in {
			b.exec(`INSERT INTO ask_districts VALUES ($1, $2)`, id, b.districts[d])
		}
		rows = append(rows, row{"ask", at, in, 0, outcome != "cancelled"})
		for range r.IntN(4) {
			h := row{"hand", when(), in, 1, r.IntN(3) > 0}
			answer := "no"
			if h.yes {
				answer = "yes"
			}
			b.exec(`INSERT INTO hands (id, ask_id, answer, name, locale, via, answered_at) VALUES (gen_random_uuid(), $1, $2, 'Åse Prøve', 'da', 'public', $3)`, id, answer, h.at)
			rows = append(rows, h)
		}
		org, kind := uuid.New(), []string{"association", "school", "sports_club"}[r.IntN(3)]
		decided, at2 := some(), when()
		b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, $2, $2, $3, 'approved', $4, $4, $4)`, org, fmt.Sprintf("org-%d", n), kind, at2)
		for _, d := range decided {
			b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, org, b.districts[d])
		}
		rows = append(rows, row{"partner", at2, decided, 0, true})
		offer, places, at3 := uuid.New(), some(), when()
		b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, confirmed_at, created_at, updated_at) VALUES ($1, $2, 'x', 'x', 'help', 'published', $3, $3, $3, $3)`, offer, org, at3)
		for _, d := range places {
			b.exec(`INSERT INTO offer_districts VALUES ($1, $2)`, offer, b.districts[d])
		}
		rows = append(rows, row{"offer", at3, places, 0, true})
		initiative, where := uuid.New(), some()
		b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, cocreation_at, created_at, updated_at) VALUES ($1, $2, $2, 'general', 'cocreation', 'staff', 'x', $3, $3, $3, $3)`,
			initiative, fmt.Sprintf("ini-%d", n), time.Date(2026, 1, 1, 0, 0, 0, 0, zone))
		for _, d := range where {
			b.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, initiative, b.districts[d])
		}
		for range r.IntN(4) {
			v := row{"voice", when(), where, 1, r.IntN(4) > 0}
			var verified *time.Time
			if v.yes {
				verified = &v.at
			}
			b.exec(`INSERT INTO voices (id, initiative_id, kind, words, name, email, locale, created_at, verified_at) VALUES (gen_random_uuid(), $1, 'agree', '', '', $4, 'da', $2, $3)`, initiative, v.at, verified, uuid.NewString()+"@post.example")
			rows = append(rows, v)
		}
		p := row{"voice", when(), where, 1 + r.IntN(30), true}
		if p.at.Before(noon) {
			b.exec(`INSERT INTO paper_voices (id, initiative_id, kind, people, held_on, recorded_at) VALUES (gen_random_uuid(), $1, 'agree', $2, $3::date, $4)`, initiative, p.number, p.at.In(zone).Format(time.DateOnly), noon)
			rows = append(rows, p)
		}
		w := row{"workshop", when(), where, 0, r.IntN(4) > 0}
		var off *time.Time
		if !w.yes {
			off = &w.at
		}
		b.exec(`INSERT INTO workshops (id, initiative_id, title, starts_at, ends_at, place, cancelled_at, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'x', $2, $2::timestamptz + interval '2 hours', 'x', $3, $2, $2)`, initiative, w.at, off)
		if w.at.Add(2 * time.Hour).After(noon) {
			w.yes = false
		}
		rows = append(rows, w)
	}

	for _, o := range []Order{order("2026-05-10", "2026-08-20"), order("2026-03-01", "2026-12-31", "herby", "nyby"), order("2026-07-01", "2026-07-01", "derby")} {
		f := b.facts(o)
		chosen := []int{0, 1, 2}
		if len(o.Districts) > 0 {
			chosen = nil
			for i, slug := range []string{"herby", "derby", "nyby"} {
				if slices.Contains(o.Districts, slug) {
					chosen = append(chosen, i)
				}
			}
		}
		count := func(in []int) (c Counts) {
			for _, row := range rows {
				date := row.at.In(zone).Format(time.DateOnly)
				inside := date >= o.From.Format(time.DateOnly) && date <= o.Until.Format(time.DateOnly)
				before := date <= o.Until.Format(time.DateOnly)
				if !slices.ContainsFunc(row.districts, func(d int) bool { return slices.Contains(in, d) }) {
					continue
				}
				switch {
				case row.kind == "ask" && inside:
					c.Asks++
					if row.yes {
						c.AsksMet++
					}
				case row.kind == "hand" && inside && row.yes:
					c.Hands++
				case row.kind == "partner" && before:
					c.Partners++
					if inside {
						c.NewPartners++
					}
				case row.kind == "offer":
					c.Offers++
					if inside {
						c.NewOffers++
					}
				case row.kind == "voice" && inside && row.yes:
					c.Voices += row.number
				case row.kind == "workshop" && inside && row.yes:
					c.Workshops++
				}
			}
			return c
		}
		if want := count(chosen); f.All != want {
			t.Errorf("%s to %s in %v: %+v, want %+v", o.From.Format(time.DateOnly), o.Until.Format(time.DateOnly), o.Districts, f.All, want)
		}
		for _, d := range f.Districts {
			if want := count([]int{slices.Index(b.districts, d.ID)}); d.Counts != want {
				t.Errorf("%s: %+v, want %+v", d.Name, d.Counts, want)
			}
		}
		kinds := 0
		for _, k := range f.Kinds {
			kinds += k.Number
		}
		if kinds != f.All.Partners {
			t.Errorf("%d partners by kind, %d in all", kinds, f.All.Partners)
		}
	}
}

// heard is an initiative with a record of how residents took part.
func (b *bench) heard(residents int) {
	id, org := uuid.New(), uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, 'klubben', 'Klubben', 'association', 'approved', $2, $2, $2)`, org, noon)
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, cocreation_at, created_at, updated_at) VALUES ($1, 'haven', 'Haven', 'general', 'cocreation', 'staff', 'x', $2, $2, $2, $2)`, id, noon.AddDate(0, -2, 0))
	b.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, id, b.districts[0])
	b.exec(`INSERT INTO initiative_parties (id, initiative_id, organisation_id, contribution, invited_at, joined_at) VALUES (gen_random_uuid(), $1, $2, 'Spader', $3, $3)`, id, org, noon)
	record := uuid.New()
	b.exec(`INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, recorded_at) VALUES ($1, $2, '2026-11-20', 'workshop', $3, E'Lave bede\nog bænke', 'Bedene blev lavere', $4)`, record, id, residents, noon)
	b.exec(`INSERT INTO involvement_objections VALUES ($1, 0, 'Hvem vander?', 'Klubben')`, record)
}

func (b *bench) paper(o Order) Paper {
	b.t.Helper()
	p, err := b.s.Write(context.Background(), b.boss, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// words is everything a paper says.
func words(p Paper) string {
	var s strings.Builder
	for _, sec := range p.Sections {
		s.WriteString(sec.Heading + "\n")
		for _, b := range sec.Blocks {
			s.WriteString(b.Heading + "\n" + b.Text + "\n" + strings.Join(b.List, "\n") + "\n" + b.Blank + "\n")
			if b.Table != nil {
				for _, row := range append(append([][]string{b.Table.Head}, b.Table.Rows...), b.Table.Total) {
					s.WriteString(strings.Join(row, " | ") + "\n")
				}
			}
		}
	}
	return s.String()
}

var headings = []string{"Resume", "Indstilling", "Sagsfremstilling", "Inddragelse og høring", "Alternativer", "Tidsperspektiv", "Økonomi", "Jura", "Bilag"}

func TestACommitteePaperHasItsHeadingsAndTheRecords(t *testing.T) {
	b := setUp(t, "herby", "derby")
	b.heard(14)
	p := b.paper(order("2026-01-01", "2026-12-31"))
	var got []string
	for _, s := range p.Sections {
		got = append(got, s.Heading)
	}
	if !slices.Equal(got, headings) {
		t.Errorf("headings %v", got)
	}
	said := words(p)
	for _, want := range []string{"Herby og Derby", "Her hilser vi (beboerne)", "14 beboere var med", "De sagde: Lave bede og bænke", "Det ændrede: Bedene blev lavere", "Indvending: Hvem vander? Svar: Klubben", "Portalen kender ingen beløb"} {
		if want == "Herby og Derby" {
			want = "Derby og Herby" // by name
		}
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	// Strengths come before anything else of a district.
	if at := strings.Index(said, "Det er bydelen god til"); at < 0 || at > strings.Index(said, "Caféer: ") {
		t.Error("something comes before what the district is good at")
	}
	if strings.Contains(said, "%!") {
		t.Errorf("a figure is missing:\n%s", said)
	}
}

func TestFewResidentsAreNotCountedAloud(t *testing.T) {
	b := setUp(t, "herby")
	b.heard(3)
	said := words(b.paper(order("2026-01-01", "2026-12-31")))
	if !strings.Contains(said, "under 5 beboere var med") || strings.Contains(said, "3 beboere") {
		t.Errorf("three are told:\n%s", said)
	}
}

func TestWhatWasAgreedOnLeaveIsNamed(t *testing.T) {
	b := setUp(t, "herby")
	b.heard(14)
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, cocreation_at, created_at, updated_at) VALUES ('01930000-0000-7000-8000-000000000001', 'stien', 'Stien', 'general', 'cocreation', 'staff', 'x', $1, $1, $1, $1)`, noon)
	b.exec(`INSERT INTO initiative_districts VALUES ('01930000-0000-7000-8000-000000000001', $1)`, b.districts[0])
	b.exec(`INSERT INTO initiative_parties (id, initiative_id, organisation_id, contribution, invited_at, joined_at) SELECT gen_random_uuid(), '01930000-0000-7000-8000-000000000001', id, 'Lys', $1, $1 FROM organisations`, noon)
	b.exec(`INSERT INTO gate_overrides (initiative_id, reason, deadline, given_by, given_at) VALUES ('01930000-0000-7000-8000-000000000001', 'Det haster før vinter', '2026-12-20', $1, $2)`, b.boss.AccountID, noon)
	b.exec(`UPDATE initiatives SET status = 'agreed', agreed_at = $1 WHERE slug = 'stien'`, noon)
	said := words(b.paper(order("2026-01-01", "2026-12-31")))
	for _, want := range []string{"1 initiativ er aftalt, før beboerne er hørt", "Stien er aftalt, før beboerne er hørt. De skal være hørt senest 20. december 2026", "Det haster før vinter"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func TestThePeriodBeginsAndEndsAtMidnightInDenmark(t *testing.T) {
	b := setUp(t, "herby")
	for _, at := range []string{"2026-06-30 21:59:59Z", "2026-06-30 22:00:00Z", "2026-07-31 21:59:59Z", "2026-07-31 22:00:00Z"} {
		id := uuid.New()
		b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, author_id, status, opened_at, created_at, updated_at)
			VALUES ($1, 'x', 'x', '2027-01-01', false, 'x', 'x@post.example', $2, 'open', $3, $3, $3)`, id, b.boss.AccountID, at)
		b.exec(`INSERT INTO ask_districts VALUES ($1, $2)`, id, b.districts[0])
	}
	if n := b.facts(order("2026-07-01", "2026-07-31")).All.Asks; n != 2 {
		t.Errorf("%d asks in July, want 2", n)
	}
}

func TestOrdersThatCannotBeWritten(t *testing.T) {
	b := setUp(t, "herby")
	for field, o := range map[string]Order{
		"til":   order("2026-02-01", "2026-01-31"),
		"fra":   {Kind: Committee, Until: day("2026-01-01")},
		"slags": {Kind: "poem", From: day("2026-01-01"), Until: day("2026-01-01")},
		"bydel": order("2026-01-01", "2026-01-31", "herby", "findes-ikke"),
	} {
		if _, err := b.s.Write(t.Context(), b.boss, o); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := b.s.Write(t.Context(), b.boss, order("2000-01-01", "2026-01-31")); !fault.FieldsOf(err).Has("til") {
		t.Errorf("a quarter of a century: %v", err)
	}
	for _, who := range []authz.Actor{authz.Nobody, {Role: authz.Partner, AccountID: uuid.New()}} {
		if _, err := b.s.Write(t.Context(), who, order("2026-01-01", "2026-01-31")); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who.Role, err)
		}
	}
}

// A Word file is opened again: its headings are real ones, and it says what the
// page says.
func TestTheWordFileSaysWhatThePageSays(t *testing.T) {
	b := setUp(t, "herby", "derby")
	b.heard(14)
	for _, kind := range Kinds {
		o := order("2026-01-01", "2026-12-31")
		o.Kind = kind
		p := b.paper(o)
		file, err := p.Docx(noon)
		if err != nil {
			t.Fatal(err)
		}
		parts := unzip(t, file)
		texts, styles := paragraphs(t, parts["word/document.xml"])
		var heads []string
		for i, s := range styles {
			if s == "Heading1" {
				heads = append(heads, texts[i])
			}
		}
		var want []string
		for _, s := range p.Sections {
			want = append(want, s.Heading)
		}
		if !slices.Equal(heads, want) {
			t.Errorf("%s: headings %v, want %v", kind, heads, want)
		}
		whole := strings.Join(texts, "\n")
		for line := range strings.Lines(words(p)) {
			for cell := range strings.SplitSeq(strings.TrimSpace(line), " | ") {
				if !strings.Contains(whole, cell) {
					t.Errorf("%s: the file does not say %q", kind, cell)
				}
			}
		}
		if core := string(parts["docProps/core.xml"]); !strings.Contains(core, "<dc:title>"+p.Title) || strings.Contains(core, "godocx") {
			t.Errorf("%s: %s", kind, core)
		}
		if !strings.Contains(string(parts["word/styles.xml"]), "da-DK") {
			t.Errorf("%s: the file is not Danish", kind)
		}
	}
}

func unzip(t *testing.T, file []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

// paragraphs reads the text and the style of each paragraph, in tables too.
func paragraphs(t *testing.T, document []byte) (texts, styles []string) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(document))
	in := false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return texts, styles
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "p":
				texts, styles = append(texts, ""), append(styles, "")
			case "pStyle":
				styles[len(styles)-1] = e.Attr[0].Value
			case "t":
				in = true
			}
		case xml.EndElement:
			if e.Name.Local == "t" {
				in = false
			}
		case xml.CharData:
			if in && len(texts) > 0 {
				texts[len(texts)-1] += string(e)
			}
		}
	}
}
