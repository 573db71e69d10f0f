// Package report writes the papers that a municipality's committees and the
// yearly report ask for, filled with what the portal knows: counts, and the
// records of how residents took part; never a person.
//
// A paper is Danish whoever reads it, as the form it follows is; its words are
// in words.go. It is made once, as sections of blocks, and shown as a page and
// as a Word file.
package report

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service writes papers.
type Service struct {
	db       *pg.DB
	cafes    *cafe.Service
	concerns *concern.Service
}

// New makes the service.
func New(db *pg.DB, cafes *cafe.Service, concerns *concern.Service) *Service {
	return &Service{db, cafes, concerns}
}

// Kind tells what paper it is.
type Kind string

// The papers there are.
const (
	Committee Kind = "committee" // for a political committee
	Yearly    Kind = "yearly"    // the yearly report, with a table for each month
)

// Kinds are both, in the order a form shows them.
var Kinds = []Kind{Committee, Yearly}

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "reports.kind_" + string(k) }

// Order is what is asked for.
type Order struct {
	Kind      Kind
	From      time.Time // dates, both included
	Until     time.Time
	Districts []string // slugs; none: all
}

// longest is how many years a paper can cover.
const longest = 10

// Validate names what cannot be used.
func (o Order) Validate() fault.Fields {
	var f fault.Fields
	if !slices.Contains(Kinds, o.Kind) {
		f.Add("slags", "errors.field_choose_one")
	}
	if o.From.IsZero() {
		f.Add("fra", "errors.field_date_invalid")
	}
	switch {
	case o.Until.IsZero():
		f.Add("til", "errors.field_date_invalid")
	case o.Until.Before(o.From):
		f.Add("til", "reports.until_first")
	case !o.From.IsZero() && o.Until.After(o.From.AddDate(longest, 0, 0)):
		f.Add("til", "reports.too_long", "Max", longest)
	}
	if slices.ContainsFunc(o.Districts, func(slug string) bool { return !text.IsSlug(slug) }) {
		f.Add("bydel", "errors.field_choose_one")
	}
	return f
}

// Strength is what a district is good at, and who said so.
type Strength struct{ Body, SaidBy string }

// Plan is a master plan and the years it runs.
type Plan struct {
	Title            string
	StartsOn, EndsOn *time.Time
}

// Counts are what happened in a district, or in all of them; of things, where
// nothing else is said.
type Counts struct {
	Asks        int // sent in the period
	AsksMet     int // of those: solved, or partly
	Hands       int // people and organisations that said yes in the period
	Offers      int // that are open now
	NewOffers   int // published in the period
	Partners    int // approved by the end of the period
	NewPartners int // approved in the period
	Workshops   int // held in the period
	Voices      int // people: residents who said what they think in the period, on the page or on paper
	ComingDates int // of cafés, from now on
}

// District is a district with its counts.
type District struct {
	ID        uuid.UUID
	Name      string
	Strengths []Strength
	Plans     []Plan
	Counts
	Cafes    cafe.Figures
	Concerns int
	Good     int // signs of wellbeing
}

// Initiative is one that was there in the period.
type Initiative struct {
	Title     string
	Status    string
	Districts []string // names
	Parties   []string // that have joined, by name
	AgreedAt  *time.Time
	EndedAt   *time.Time
	Deadline  *time.Time // residents are to be heard by then: it was agreed on leave
	Reason    string     // for the leave
	Heard     bool       // there is a record of how residents took part, of any time
	Records   []Record   // of the period
	Agree     int        // people, in the period
	Object    int
	TakePart  int
}

// Record is how residents took part once.
type Record struct {
	HeldOn     time.Time
	How        string
	Residents  int
	Said       string
	Changed    string
	Objections []Objection
}

// Objection is what somebody was against, and the answer.
type Objection struct{ Objection, Answer string }

// Facts are everything a paper is written from.
type Facts struct {
	Order
	Now         time.Time
	Districts   []District
	All         Counts // of the districts together; what is in two counts once
	Cafes       cafe.Figures
	Months      []cafe.NamedFigures
	Initiatives []Initiative
	Kinds       []KindCount // of partners
}

// KindCount is how many partners there are of a kind.
type KindCount struct {
	Kind   string
	Number int
}

// Facts gathers what a paper is written from: four questions to the database,
// however many districts there are.
func (s *Service) Facts(ctx context.Context, actor authz.Actor, o Order) (Facts, error) {
	if !actor.Staff() {
		return Facts{}, fault.New(fault.NotFound, "")
	}
	if err := o.Validate().Err(); err != nil {
		return Facts{}, err
	}
	f := Facts{Order: o, Now: s.db.Now()}
	chosen := o.Districts
	if chosen == nil {
		chosen = []string{}
	}
	type scope struct {
		ID        *uuid.UUID // nil: all of them together
		Name      string
		Strengths []Strength
		Plans     []Plan
		Kinds     []KindCount
		Counts
	}
	scopes, err := pg.All(ctx, s.db.Reader(), scopesSQL, pg.ByName[scope], o.From, o.Until, chosen, f.Now)
	if err != nil {
		return f, err
	}
	var ids []uuid.UUID
	for _, sc := range scopes {
		if sc.ID == nil {
			f.All, f.Kinds = sc.Counts, sc.Kinds
			continue
		}
		ids = append(ids, *sc.ID)
		f.Districts = append(f.Districts, District{ID: *sc.ID, Name: sc.Name, Strengths: sc.Strengths, Plans: sc.Plans, Counts: sc.Counts})
	}
	if len(ids) == 0 || len(chosen) > 0 && len(ids) != len(chosen) {
		return f, fault.InField(fault.Invalid, "bydel", "errors.field_choose_one")
	}
	rows, err := s.cafes.Numbers(ctx, actor, cafe.NumbersFilter{From: o.From, Until: o.Until})
	if err != nil {
		return f, err
	}
	var mine []cafe.NumbersRow
	for _, r := range rows {
		for i := range f.Districts {
			if f.Districts[i].Name == r.District {
				f.Districts[i].Cafes.Add(r.Figures)
				f.Cafes.Add(r.Figures)
				mine = append(mine, r)
			}
		}
	}
	f.Months = cafe.By(mine, func(n cafe.NumbersRow) cafe.NamedFigures { return cafe.NamedFigures{Day: n.Month} })
	slices.SortFunc(f.Months, func(a, b cafe.NamedFigures) int { return a.Day.Compare(b.Day) })
	counts, err := s.concerns.Counts(ctx, actor, o.From, o.Until, ids)
	if err != nil {
		return f, err
	}
	for _, c := range counts {
		for i := range f.Districts {
			switch {
			case c.Theme != "" || f.Districts[i].ID != c.DistrictID:
			case c.Kind == concern.Worry:
				f.Districts[i].Concerns += c.Number
			default:
				f.Districts[i].Good += c.Number
			}
		}
	}
	f.Initiatives, err = pg.All(ctx, s.db.Reader(), initiativesSQL, pg.ByName[Initiative], o.From, o.Until, ids)
	return f, err
}

// starts and ends are the period's first moment and the one after its last, in
// Denmark.
const (
	starts = `($1::date::timestamp AT TIME ZONE 'Europe/Copenhagen')`
	ends   = `(($2::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen')`
)

func during(column string) string { return column + ` >= ` + starts + ` AND ` + column + ` < ` + ends }

// scopesSQL counts in each district ($3 slugs; none: all) and in all together.
var scopesSQL = `
	WITH chosen AS (SELECT * FROM districts WHERE cardinality($3::text[]) = 0 OR slug = ANY ($3)),
	scopes AS (SELECT id, name, ARRAY[id] AS ids FROM chosen UNION ALL SELECT NULL, '', ARRAY(SELECT id FROM chosen))
	SELECT s.id, s.name,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Body', x.body, 'SaidBy', x.said_by) ORDER BY x.position), '[]') FROM district_strengths x WHERE x.district_id = s.id) AS strengths,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Title', x.title, 'StartsOn', to_char(x.starts_on, 'YYYY-MM-DD"T00:00:00Z"'), 'EndsOn', to_char(x.ends_on, 'YYYY-MM-DD"T00:00:00Z"')) ORDER BY x.position), '[]')
			FROM district_plans x WHERE x.district_id = s.id) AS plans,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Kind', k.kind, 'Number', k.n) ORDER BY k.n DESC, k.kind), '[]') FROM (
			SELECT o.kind, count(*) AS n FROM organisations o WHERE o.status = 'approved' AND o.decided_at < ` + ends + `
				AND EXISTS (SELECT FROM organisation_districts x WHERE x.organisation_id = o.id AND x.district_id = ANY (s.ids)) GROUP BY o.kind) k) AS kinds,
		a.asks, a.asks_met,
		(SELECT count(*)::int FROM hands h WHERE h.answer = 'yes' AND ` + during("h.answered_at") + `
			AND EXISTS (SELECT FROM ask_districts x WHERE x.ask_id = h.ask_id AND x.district_id = ANY (s.ids))) AS hands,
		f.offers, f.new_offers, p.partners, p.new_partners,
		(SELECT count(*)::int FROM workshops w WHERE w.cancelled_at IS NULL AND w.ends_at <= $4 AND ` + during("w.starts_at") + `
			AND (w.district_id = ANY (s.ids) OR EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = w.initiative_id AND x.district_id = ANY (s.ids)))) AS workshops,
		((SELECT count(*) FROM voices v WHERE v.verified_at IS NOT NULL AND ` + during("v.created_at") + `
			AND EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = v.initiative_id AND x.district_id = ANY (s.ids)))
		+ (SELECT coalesce(sum(v.people), 0) FROM paper_voices v WHERE v.held_on BETWEEN $1 AND $2
			AND EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = v.initiative_id AND x.district_id = ANY (s.ids))))::int AS voices,
		(SELECT count(*)::int FROM occasions o JOIN cafes c ON c.id = o.cafe_id WHERE o.starts_at > $4 AND o.cancelled_at IS NULL AND c.district_id = ANY (s.ids)) AS coming_dates
	FROM scopes s
	CROSS JOIN LATERAL (SELECT count(*)::int AS asks, (count(*) FILTER (WHERE a.outcome IN ('fulfilled', 'partly')))::int AS asks_met FROM asks a
		WHERE ` + during("a.opened_at") + ` AND EXISTS (SELECT FROM ask_districts x WHERE x.ask_id = a.id AND x.district_id = ANY (s.ids))) a
	CROSS JOIN LATERAL (SELECT count(*)::int AS offers, (count(*) FILTER (WHERE ` + during("f.published_at") + `))::int AS new_offers FROM offers f
		JOIN organisations o ON o.id = f.organisation_id AND o.status = 'approved'
		WHERE f.status = 'published' AND EXISTS (SELECT FROM offer_districts x WHERE x.offer_id = f.id AND x.district_id = ANY (s.ids))) f
	CROSS JOIN LATERAL (SELECT count(*)::int AS partners, (count(*) FILTER (WHERE ` + during("o.decided_at") + `))::int AS new_partners FROM organisations o
		WHERE o.status = 'approved' AND o.decided_at < ` + ends + ` AND EXISTS (SELECT FROM organisation_districts x WHERE x.organisation_id = o.id AND x.district_id = ANY (s.ids))) p
	ORDER BY s.id IS NULL, s.name COLLATE "da-x-icu", s.id`

// initiativesSQL lists the public initiatives of districts $3 that were there in
// the period, with what residents said in it.
var initiativesSQL = `
	SELECT i.title, i.status, i.agreed_at, i.ended_at,
		ARRAY(SELECT d.name FROM initiative_districts x JOIN districts d ON d.id = x.district_id WHERE x.initiative_id = i.id ORDER BY d.name COLLATE "da-x-icu") AS districts,
		ARRAY(SELECT o.name FROM initiative_parties p JOIN organisations o ON o.id = p.organisation_id WHERE p.initiative_id = i.id AND p.joined_at IS NOT NULL
			ORDER BY o.name COLLATE "da-x-icu") AS parties,
		CASE WHEN i.agreed_at IS NOT NULL THEN g.deadline END AS deadline, CASE WHEN i.agreed_at IS NOT NULL THEN coalesce(g.reason, '') ELSE '' END AS reason,
		EXISTS (SELECT FROM involvements v WHERE v.initiative_id = i.id) AS heard,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('HeldOn', to_char(v.held_on, 'YYYY-MM-DD"T00:00:00Z"'), 'How', v.how, 'Residents', v.residents, 'Said', v.said, 'Changed', v.changed,
				'Objections', (SELECT coalesce(jsonb_agg(jsonb_build_object('Objection', b.objection, 'Answer', b.answer) ORDER BY b.position), '[]') FROM involvement_objections b WHERE b.involvement_id = v.id))
				ORDER BY v.held_on, v.id), '[]')
			FROM involvements v WHERE v.initiative_id = i.id AND v.held_on BETWEEN $1 AND $2) AS records,
		coalesce(t.agree, 0)::int AS agree, coalesce(t.object, 0)::int AS object, coalesce(t.take_part, 0)::int AS take_part
	FROM initiatives i LEFT JOIN gate_overrides g ON g.initiative_id = i.id
	LEFT JOIN LATERAL (SELECT sum(n) FILTER (WHERE kind = 'agree') AS agree, sum(n) FILTER (WHERE kind = 'objection') AS object, sum(n) FILTER (WHERE kind = 'take_part') AS take_part FROM (
		SELECT v.kind, 1 AS n FROM voices v WHERE v.initiative_id = i.id AND v.verified_at IS NOT NULL AND ` + during("v.created_at") + `
		UNION ALL SELECT v.kind, v.people FROM paper_voices v WHERE v.initiative_id = i.id AND v.held_on BETWEEN $1 AND $2) every) t ON true
	WHERE i.public_at IS NOT NULL AND i.created_at < ` + ends + ` AND (i.ended_at IS NULL OR i.ended_at >= ` + starts + `)
		AND EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id AND x.district_id = ANY ($3))
	ORDER BY i.title COLLATE "da-x-icu", i.id`

// Write makes the paper of what was gathered.
func (s *Service) Write(ctx context.Context, actor authz.Actor, o Order) (Paper, error) {
	f, err := s.Facts(ctx, actor, o)
	if err != nil {
		return Paper{}, err
	}
	return write(f), nil
}

// Periods are those that are asked for most, by name: "" is the first.
func Periods(now time.Time) []Period {
	today := i18n.Day(now)
	y, m := today.Year(), today.Month()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	quarter := day(y, (m-1)/3*3+1, 1) // the first day of this one
	return []Period{
		{"year", day(y, 1, 1), today},
		{"last_year", day(y-1, 1, 1), day(y-1, 12, 31)},
		{"last_quarter", quarter.AddDate(0, -3, 0), quarter.AddDate(0, 0, -1)},
	}
}

// Period is a period with a name.
type Period struct {
	Name        string
	From, Until time.Time
}

// Key is the message key of the period's name.
func (p Period) Key() string { return "reports.period_" + p.Name }
