package demo

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/text"
)

// taken is each place with the people that have it, counted anew.
const taken = `(SELECT p.id, p.taken, p.capacity, coalesce(sum(s.party) FILTER (WHERE s.status = 'placed'), 0) AS placed,
	coalesce(bool_or(s.status = 'waiting' AND s.party <= p.capacity - p.taken), false) AS passed_over
	FROM occasion_places p LEFT JOIN sign_ups s ON s.place_id = p.id GROUP BY p.id) p`

// counts are what must be in the demo at the least, and what filling it in
// again must leave as it is.
func counts(t *testing.T, db *pg.DB, now time.Time) map[string]int {
	t.Helper()
	m := map[string]int{}
	for name, sql := range map[string]string{
		"districts":              `districts WHERE $1::timestamptz IS NOT NULL`,
		"drawn districts":        `districts WHERE outline IS NOT NULL AND $1::timestamptz IS NOT NULL`,
		"districts with plans":   `districts d WHERE EXISTS (SELECT FROM district_plans p WHERE p.district_id = d.id) AND $1::timestamptz IS NOT NULL`,
		"without plans":          `districts d WHERE NOT EXISTS (SELECT FROM district_plans p WHERE p.district_id = d.id) AND $1::timestamptz IS NOT NULL`,
		"without contact":        `districts WHERE contact_account_id IS NULL AND $1::timestamptz IS NOT NULL`,
		"organisations":          `organisations WHERE $1::timestamptz IS NOT NULL`,
		"approved organisations": `organisations WHERE status = 'approved' AND decided_at < $1`,
		"pending organisations":  `organisations WHERE status = 'pending' AND created_at < $1`,
		"declined organisations": `organisations WHERE status = 'declined' AND decided_at < $1`,
		"suspended":              `organisations WHERE status = 'suspended' AND suspended_at < $1`,
		"merged":                 `organisations WHERE status = 'merged' AND merged_at < $1`,
		"people of two":          `(SELECT account_id FROM organisation_people p JOIN organisations o ON o.id = p.organisation_id AND o.status = 'approved' GROUP BY 1 HAVING count(*) > 1) p WHERE $1::timestamptz IS NOT NULL`,
		"notes":                  `organisation_notes WHERE created_at < $1`,
		"hands that wait":        `hands WHERE answer = 'yes' AND reply IS NULL AND answered_at < $1::timestamptz - interval '5 days'`,
		"offers":                 `offers WHERE created_at < $1`,
		"published offers":       `offers WHERE status = 'published' AND published_at < $1`,
		"paused offers":          `offers WHERE status = 'paused' AND published_at < $1`,
		"drafts":                 `offers WHERE status = 'draft' AND created_at < $1`,
		"venues":                 `(SELECT DISTINCT venue FROM cafes) v WHERE $1::timestamptz IS NOT NULL`,
		"cafés":                  `cafes WHERE $1::timestamptz IS NOT NULL`,
		"dates":                  `occasions WHERE $1::timestamptz IS NOT NULL`,
		"cancelled dates":        `occasions WHERE cancelled_at IS NOT NULL AND starts_at > $1`,
		"coming dates":           `occasions WHERE starts_at > $1`,
		"past dates":             `occasions WHERE ends_at < $1`,
		"people":                 `sign_ups WHERE created_at <= $1`,
		"people from the future": `sign_ups WHERE created_at > $1`,
		"cancelled":              `sign_ups WHERE status = 'cancelled' AND cancelled_at <= $1`,
		"full dates with a line": `occasion_places p JOIN occasions o ON o.id = p.occasion_id AND o.starts_at > $1
			WHERE p.kind = 'guest' AND p.taken = p.capacity AND EXISTS (SELECT FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'waiting')`,
		"dates with room":        `occasion_places p JOIN occasions o ON o.id = p.occasion_id AND o.starts_at > $1 WHERE p.kind = 'guest' AND p.taken < p.capacity`,
		"short of hosts":         `occasion_places p JOIN occasions o ON o.id = p.occasion_id AND o.starts_at > $1 WHERE p.kind = 'host' AND p.taken < p.capacity`,
		"came":                   `sign_ups s JOIN occasion_places p ON p.id = s.place_id JOIN occasions o ON o.id = p.occasion_id WHERE s.came > 0 AND o.ends_at < $1`,
		"stayed away":            `sign_ups WHERE came = 0 AND $1::timestamptz IS NOT NULL`,
		"more than signed up":    `sign_ups WHERE came > party AND $1::timestamptz IS NOT NULL`,
		"ticked without a place": `sign_ups WHERE came IS NOT NULL AND status <> 'placed' AND $1::timestamptz IS NOT NULL`,
		"forgotten ticks":        `sign_ups s JOIN occasion_places p ON p.id = s.place_id JOIN occasions o ON o.id = p.occasion_id WHERE s.status = 'placed' AND s.came IS NULL AND o.ends_at < $1::timestamptz - interval '12 hours' AND o.ends_at > $1::timestamptz - interval '27 days'`,
		"walked in":              `walk_ins WHERE at < $1`,
		"accounts":               `accounts WHERE created_at < $1`,
		"mails nobody waits for": `river_job WHERE $1::timestamptz IS NOT NULL`,
		"miscounted places":      taken + ` WHERE taken <> placed AND $1::timestamptz IS NOT NULL`,
		"open asks":              `asks WHERE status = 'open' AND opened_at < $1`,
		"closed asks":            `asks WHERE status = 'closed' AND closed_at < $1`,
		"initiatives":            `initiatives WHERE public_at < $1`,
		"in co-creation":         `initiatives WHERE status = 'cocreation' AND cocreation_at < $1`,
		"running initiatives":    `initiatives WHERE status = 'running' AND running_at <= $1`,
		"pilots that stopped":    `initiatives WHERE status = 'stopped' AND ended_at < $1`,
		"overdue residents": `gate_overrides g JOIN initiatives i ON i.id = g.initiative_id WHERE i.agreed_at IS NOT NULL AND g.deadline <= $1::timestamptz::date
			AND NOT EXISTS (SELECT FROM involvements v WHERE v.initiative_id = i.id)`,
		"answered objections": `involvement_objections WHERE $1::timestamptz IS NOT NULL`,
		"concerns":            `concerns WHERE kind = 'concern' AND created_at < $1`,
		"wellbeing":           `concerns WHERE kind = 'wellbeing' AND created_at < $1`,
		"led somewhere":       `concern_led WHERE at < $1`,
		"seen by partners":    `concern_observations WHERE on_behalf <> '' AND created_at < $1`,
		"relations":           `district_relations WHERE $1::timestamptz IS NOT NULL`,
		"raised hands":        `hands WHERE answer = 'yes' AND answered_at < $1`,
		"oversold":            taken + ` WHERE placed > capacity AND $1::timestamptz IS NOT NULL`,
		"passed over":         taken + ` WHERE passed_over AND $1::timestamptz IS NOT NULL`,
	} {
		n, err := pg.One(t.Context(), db.Fresh(), `SELECT count(*)::int FROM `+sql, pg.Scalar[int], now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m[name] = n
	}
	return m
}

func check(t *testing.T, got map[string]int, now time.Time) {
	t.Helper()
	for name, least := range map[string]int{"districts": 9, "drawn districts": 9, "districts with plans": 4, "without plans": 4,
		"organisations": 25, "approved organisations": 25, "pending organisations": 3, "declined organisations": 1, "suspended": 1, "merged": 1, "people of two": 1, "notes": 4, "hands that wait": 1,
		"offers": 30, "published offers": 30, "paused offers": 1, "drafts": 2, "venues": 3, "cafés": 5, "coming dates": 20, "past dates": 8,
		"people": 250, "cancelled": 5, "full dates with a line": 1, "dates with room": 5, "short of hosts": 3,
		"came": 40, "stayed away": 1, "walked in": 1, "accounts": 6, "open asks": 2, "closed asks": 1, "raised hands": 3, "initiatives": 5,
		"in co-creation": 1, "running initiatives": 1, "pilots that stopped": 1, "answered objections": 1,
		"concerns": 4, "wellbeing": 2, "led somewhere": 4, "seen by partners": 2, "relations": 4} {
		if got[name] < least {
			t.Errorf("%s: %d %s, want at least %d", now.Format(cafe.DateFormat), got[name], name, least)
		}
	}
	for _, none := range []string{"without contact", "mails nobody waits for", "miscounted places", "oversold", "passed over",
		"people from the future", "more than signed up", "ticked without a place", "forgotten ticks", "overdue residents"} {
		if got[none] != 0 {
			t.Errorf("%s: %d %s", now.Format(cafe.DateFormat), got[none], none)
		}
	}
}

func fill(t *testing.T, db *pg.DB, now time.Time) map[string]int {
	t.Helper()
	if err := Fill(t.Context(), db, now); err != nil {
		t.Fatal(err)
	}
	return counts(t, db, now)
}

func same(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	for name, n := range got {
		if n != want[name] {
			t.Errorf("%s: %d %s, want %d", what, n, name, want[name])
		}
	}
}

// aDay is a Monday a month before Christmas.
var aDay = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func TestTheDemoIsFilledInOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := fill(t, db, aDay)
	check(t, first, aDay)
	if first["cancelled dates"] != 1 {
		t.Errorf("%d dates are off", first["cancelled dates"])
	}
	same(t, "again", fill(t, db, aDay), first)
	entries := func() int {
		n, err := pg.One(t.Context(), db.Fresh(), `SELECT count(*)::int FROM audit_entries`, pg.Scalar[int])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := entries()
	fill(t, db, aDay)
	if after := entries(); after != before {
		t.Errorf("nothing happened, and %d audit entries tell of it", after-before)
	}
}

func TestTheDemoLivesOn(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var last map[string]int
	for day := 0; day <= 70; day += 5 {
		now := aDay.AddDate(0, 0, day)
		got := fill(t, db, now)
		check(t, got, now)
		if last != nil && (got["people"] <= last["people"] || got["came"] <= last["came"]-5 ||
			got["accounts"] != last["accounts"] || got["offers"] != last["offers"]) {
			t.Errorf("%d days later: %v, before %v", day, got, last)
		}
		last = got
	}
	// Whoever has not looked for half a year finds it as fresh as ever.
	late := aDay.AddDate(0, 6, 0)
	check(t, fill(t, db, late), late)
}

func TestEveryDayIsAGoodDayToBegin(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2026-12-24", "2027-02-28", "2027-03-28", "2027-07-14", "2027-10-31", "2028-02-29"} {
		now, err := time.Parse(time.DateTime, day+" 23:30:00")
		if err != nil {
			t.Fatal(err)
		}
		t.Run(day, func(t *testing.T) {
			t.Parallel()
			check(t, fill(t, pgtest.New(t), now), now)
		})
	}
}

func TestWhatIsChangedStays(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db, aDay)
	for _, sql := range []string{
		`UPDATE districts SET name = 'Øst', updated_at = now() WHERE slug = 'aalborg-oest'`,
		`UPDATE offers SET title = 'Noget andet' WHERE title = 'Lap din cykel'`,
		`DELETE FROM cafe_hosts WHERE organisation_id = (SELECT id FROM organisations WHERE slug = 'bageriet-surdejen')`,
		`DELETE FROM cafes WHERE slug = 'loerdagscafe-i-teglparken'`,
		`UPDATE accounts SET name = 'Karla K' WHERE email = 'koordinator@demo.example'`,
	} {
		if _, err := db.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	want := counts(t, db, aDay)
	same(t, "after the changes", fill(t, db, aDay), want)
}

func TestAnInterruptedFillIsCompleted(t *testing.T) {
	t.Parallel()
	whole := fill(t, pgtest.New(t), aDay)
	for _, steps := range []int{1, 4, 7} {
		db := pgtest.New(t)
		f := newFiller(db, aDay)
		for _, step := range []func(context.Context) error{f.makeAdministrators, f.makeDistricts, f.makeCoordinators, f.nameContacts,
			f.makeOrganisations, f.makePartners, f.makeOffers, f.makeCafes, f.makeDates}[:steps+1] {
			if err := step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "completed", fill(t, db, aDay), whole)
	}
}

func TestSeveralFillAtOnce(t *testing.T) {
	t.Parallel()
	whole := fill(t, pgtest.New(t), aDay)
	db := pgtest.New(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := Fill(t.Context(), db, aDay); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, "together", counts(t, db, aDay), whole)
}

func TestSomebodyTriesItOut(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	fill(t, db, aDay)
	// A visitor takes the last places of a date, another leaves a full one.
	s := cafe.New(db.At(aDay))
	date := aDay.Truncate(24*time.Hour).AddDate(0, 0, 8)
	for cafes := range 12 {
		o, err := s.Occasion(t.Context(), "nabocafe-i-lanternen", date.AddDate(0, 0, cafes))
		if err != nil {
			continue
		}
		p, _ := o.Place("guest")
		for n := p.Left(); n > 0; n -= 10 {
			if _, err := db.Pool().Exec(t.Context(), `UPDATE occasion_places SET taken = taken + $2 WHERE id = $1`, p.ID, min(n, 10)); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Pool().Exec(t.Context(), `
				INSERT INTO sign_ups (id, place_id, status, name, phone, party, language, locale, created_at, placed_at)
				VALUES (gen_random_uuid(), $1, 'placed', 'Gæst', $3, $2, 'da', 'da', $4, $4)`, p.ID, min(n, 10), "+453000000"+string(rune('0'+n%10)), aDay); err != nil {
				t.Fatal(err)
			}
		}
		break
	}
	later := aDay.AddDate(0, 0, 7)
	got := fill(t, db, later)
	for _, none := range []string{"miscounted places", "oversold", "passed over"} {
		if got[none] != 0 {
			t.Errorf("%d %s", got[none], none)
		}
	}
}

func TestProductionRefusesDemoAccounts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := Refuse(t.Context(), db); err != nil {
		t.Errorf("an empty database: %v", err)
	}
	fill(t, db, aDay)
	if err := Refuse(t.Context(), db); err == nil {
		t.Error("demo accounts are let in")
	}
}

// everyText is every word of the demo that somebody reads.
func everyText() (list []string) {
	for _, d := range districts {
		list = append(list, d.name, d.intro)
		for _, s := range d.strengths {
			list = append(list, s.body, s.saidBy)
		}
		for _, p := range d.plans {
			list = append(list, p.title, p.owner)
		}
		list = append(list, d.housingAreas...)
	}
	for _, o := range organisations {
		list = append(list, o.name, o.about)
	}
	for _, o := range offers {
		list = append(list, o.title, o.body, o.audience, o.schedule)
	}
	for _, c := range cafes {
		list = append(list, c.name, c.venue, c.address, c.about)
	}
	for _, a := range asks {
		list = append(list, a.title, a.why, a.place, a.happens, a.story)
		for _, h := range a.hands {
			list = append(list, h.note)
		}
	}
	return append(list, notes...)
}

func TestTheTextsAreFitToBeRead(t *testing.T) {
	unwanted := regexp.MustCompile(`(?i)\b(ghetto\w*|sag|sagen|sager|klient\w*|borger\w*)\b|  |[,;:.]\S*[,;:]|\s[,.;:]`)
	for _, s := range everyText() {
		if w := unwanted.FindString(s); w != "" {
			t.Errorf("%q says %q", s, w)
		}
		if s != text.Line(s) {
			t.Errorf("%q is not tidy", s)
		}
	}
}

func TestTheDemoIsWhole(t *testing.T) {
	kinds := map[organisation.Kind]bool{}
	names := map[string]organisationText{}
	for _, o := range organisations {
		kinds[organisation.Kind(o.kind)] = true
		names[o.name] = o
		if _, ok := text.LanguageList(o.languages); !ok || len(o.languages) == 0 {
			t.Errorf("%s: %v", o.name, o.languages)
		}
	}
	for _, k := range organisation.Kinds {
		if !kinds[k] {
			t.Errorf("no organisation is a %s", k)
		}
	}
	if len(names) != len(organisations) {
		t.Error("two organisations share a name")
	}
	for _, d := range districts {
		if len(d.strengths) < 2 {
			t.Errorf("%s has %d strengths", d.name, len(d.strengths))
		}
	}
	for _, o := range offers {
		if names[o.organisation].status != approved {
			t.Errorf("%s is offered by %s", o.title, o.organisation)
		}
		for _, d := range o.districts {
			if !slices.Contains(names[o.organisation].districts, d) {
				t.Errorf("%s: %s does not work in %s", o.title, o.organisation, d)
			}
		}
	}
	for _, c := range cafes {
		housing := false
		for _, h := range c.hosts {
			if names[h].status != approved || names[h].kind == string(organisation.Department) {
				t.Errorf("%s is held by %q", c.name, h)
			}
			housing = housing || strings.HasPrefix(names[h].kind, "housing")
		}
		if len(c.hosts) < 2 || !housing || len(c.demand) == 0 {
			t.Errorf("%s: %v", c.name, c.hosts)
		}
	}
	for n := range firstNames {
		p := person(n)
		if _, ok := text.Phone(p.phone); p.phone != "" && !ok {
			t.Errorf("%s: %s", p.name, p.phone)
		}
		if _, ok := text.Email(p.email); p.email != "" && !ok || !text.IsLanguage(p.language) {
			t.Errorf("%s: %s %s", p.name, p.email, p.language)
		}
		for m := range n {
			if q := person(m); q.name == p.name || q.email == p.email && p.email != "" || q.phone == p.phone && p.phone != "" {
				t.Errorf("%s is there twice", p.name)
			}
		}
	}
}

// TestSomeDateIsAlwaysFull looks at every day of two years, without a database.
func TestSomeDateIsAlwaysFull(t *testing.T) {
	c := cafes[0]
	for day := range 730 {
		now := aDay.AddDate(0, 0, day)
		full := false
		for _, d := range c.dates(i18n.Day(now)) {
			people := 0
			for _, g := range c.crowd(d) {
				if g.place == "guest" && g.at.Before(now) && g.cancelledAt.IsZero() {
					people += g.party
				}
			}
			full = full || d.After(now) && people > c.places[0].Capacity+4
		}
		if !full {
			t.Errorf("nobody waits on %s", now.Format(cafe.DateFormat))
		}
	}
}

// A title that was written anew would leave its days and its audience behind.
func TestDaysAndAudiencesBelongToOffers(t *testing.T) {
	titles := map[string]bool{}
	for _, o := range offers {
		titles[o.title] = true
	}
	for title := range onDays {
		if !titles[title] {
			t.Errorf("no offer is called %q", title)
		}
	}
	for title := range forWhom {
		if !titles[title] {
			t.Errorf("no offer is called %q", title)
		}
	}
}
