package find

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/search"
)

// sizes are what n records are made up of, as shares: about as a municipality
// that has used the portal for long. The words are a few thousand compounds,
// some of them in every third text and most of them in very few.
var sizes = []struct {
	share float64
	sql   string // of row n with title, body, and one of ten districts
}{
	{0.45, `INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, confirmed_at, created_at, updated_at)
		SELECT gen_random_uuid(), (SELECT id FROM organisations WHERE slug = 'bench-o'), title, body, 'help', 'published', now(), now(), now(), now() FROM made`},
	{0.20, `INSERT INTO organisations (id, slug, name, kind, about, status, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'bench-' || n, title, 'association', body, CASE WHEN n % 20 = 0 THEN 'pending' ELSE 'approved' END, CASE WHEN n % 20 > 0 THEN now() END, now(), now() FROM made`},
	{0.15, `WITH a AS (INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, status, opened_at, created_at, updated_at)
		SELECT gen_random_uuid(), title, body, now(), n % 2 = 0, 'x', 'x@post.example', 'open', now(), now(), now() FROM made RETURNING id)
		INSERT INTO ask_districts SELECT id, (SELECT id FROM districts WHERE slug = 'bench-' || (hashtext(a.id::text) & 7)) FROM a`},
	{0.03, `INSERT INTO cafes (id, slug, name, district_id, venue, address, about, starts, ends, created_at, updated_at)
		SELECT gen_random_uuid(), 'bench-' || n, title, (SELECT id FROM districts WHERE slug = 'bench-' || n % 10), 'Huset', 'Vej ' || n, body, '16:00', '18:00', now(), now() FROM made`},
	{0.12, `INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, body, public_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'bench-' || n, title, 'general', 'idea', 'staff', title, body || ' ' || body, CASE WHEN n % 10 > 0 THEN now() END, now(), now() FROM made`},
	{0.05, `WITH i AS (INSERT INTO inquiries (id, kind, district_id, title, email, locale, share, created_at, touched_at)
		SELECT gen_random_uuid(), 'contribution', (SELECT id FROM districts WHERE slug = 'bench-' || n % 10), title, 'x@post.example', 'da', true, now(), now() FROM made RETURNING id, title)
		INSERT INTO inquiry_messages (id, inquiry_id, sender, body, at) SELECT gen_random_uuid(), id, 'resident', title || ' kommer gerne', now() FROM i`},
}

// fill makes n records.
func fill(t testing.TB, db *pg.DB, n int) {
	t.Helper()
	err := pgx.BeginFunc(context.Background(), db.Pool(), func(tx pgx.Tx) error {
		do := func(sql string, args ...any) {
			if _, err := tx.Exec(context.Background(), sql, args...); err != nil {
				t.Fatalf("%.60s…: %v", sql, err)
			}
		}
		do(`SET LOCAL session_replication_role = replica`) // nothing is checked: it is true as it is written
		do(`SET LOCAL synchronous_commit = off`)
		do(`SET LOCAL statement_timeout = 0`)
		do(`SELECT setseed(0.5)`)
		do(`INSERT INTO districts (id, slug, name, created_at, updated_at) SELECT gen_random_uuid(), 'bench-' || n, 'Målebydel ' || n, now(), now() FROM generate_series(0, 9) n`)
		do(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES (gen_random_uuid(), 'bench-o', 'Måleforeningen', 'association', 'approved', now(), now(), now())`)
		do(`CREATE TEMP TABLE vocabulary ON COMMIT DROP AS SELECT (row_number() OVER (ORDER BY random()))::int AS at, a || b AS word
			FROM unnest($1::text[]) a, unnest($2::text[]) b`,
			strings.Fields("kaffe cykel børne lektie sang have fodbold bolig skole sprog musik film mad familie natte sommer vinter aften nabo krea mor far bedste ung avis bog bold bus båd dans dukke eng fest fiske gade gård hobby hund hus høns jul kultur kunst leg løbe marked motion natur påske rejse"),
			strings.Fields("klub café hjælp gruppe dag aften værksted hold kursus sted hus have tur fest møde kreds råd net bank byt rum køkken skole træf fond leg ven vagt bod by dør duo fag frokost gang gæst haller hjørne jagt kasse kor lab lager linje loft luge marked mester nyt ord"))
		do(`CREATE TEMP TABLE texts ON COMMIT DROP AS SELECT n AS at, string_agg(v.word, ' ') AS body FROM (
			SELECT n, 1 + floor(2500 * random() ^ 3)::int AS w FROM generate_series(1, least(5000, $1::int)) n, generate_series(1, 40) OFFSET 0) r
			JOIN vocabulary v ON v.at = r.w GROUP BY n`, n)
		do(`CREATE INDEX ON texts (at)`)
		for _, s := range sizes {
			do(strings.Replace(`CREATE TEMP VIEW made AS SELECT n, initcap(a.word) || ' og ' || b.word AS title, x.body || ' ' || c.word AS body FROM (
				SELECT n, 1 + floor(2500 * random() ^ 3)::int AS a, 1 + floor(2500 * random() ^ 2)::int AS b, 1 + floor(2500 * random())::int AS c, 1 + n % (SELECT count(*) FROM texts) AS x FROM generate_series(1, $N) n OFFSET 0) r
				JOIN vocabulary a ON a.at = r.a JOIN vocabulary b ON b.at = r.b JOIN vocabulary c ON c.at = r.c JOIN texts x ON x.at = r.x`, "$N", strconv.Itoa(int(float64(n)*s.share)), 1))
			do(s.sql)
			do(`DROP VIEW made`)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(context.Background(), `VACUUM ANALYZE`); err != nil {
		t.Fatal(err)
	}
}

// asked are searches of every sort: a rare word, a common one, half a word, two
// words, one spelled the other way, one left out, one that is not there.
var asked = []string{"kaffeklub", "cykelværksted", "husdag", "kaf", "børnecafé kaffeklub", "paaskefrokost", "kaffehjælp -kaffeklub", `"kaffe klub"`, "møde", "sprog", "findesikke", "og", "k", "-kaffeklub",
	"kaf spr cyk lek san hav fod bol sko mus fil mad fam nat som vin aft nab kre mor far bed ung avi bog", "kaf findesikke spr"}

// BenchmarkSearch measures a search among 100,000 records, for who sees least
// and who sees most, with the median and the 95th percentile in milliseconds.
func BenchmarkSearch(b *testing.B) {
	db := open(b)
	fill(b, db, 100_000)
	if err := search.Refresh(b.Context(), db); err != nil {
		b.Fatal(err)
	}
	s := New(db)
	here, err := pg.One(b.Context(), db.Reader(), `SELECT id FROM districts WHERE slug = 'bench-1'`, pg.Scalar[uuid.UUID])
	if err != nil {
		b.Fatal(err)
	}
	for _, words := range asked {
		for _, who := range []authz.Actor{authz.Nobody, {Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{here}}, {Role: authz.Administrator}} {
			b.Run(strings.ReplaceAll(words, " ", "_")+"/"+who.Role.String(), func(b *testing.B) {
				var times []time.Duration
				found := 0
				for b.Loop() {
					start := time.Now()
					f, err := s.Search(b.Context(), who, words)
					if err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(start))
					found = 0
					for _, g := range f.Groups {
						found += g.Count
					}
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
				b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
				b.ReportMetric(float64(found), "found")
			})
		}
	}
}

func open(t testing.TB) *pg.DB {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// With twenty times the records a search may not take nearly twenty times as
// long: what it looks at is bounded.
func TestManyRecordsDoNotMakeItSlow(t *testing.T) {
	t.Parallel()
	few, many := open(t), open(t)
	fill(t, few, 1000)
	fill(t, many, 20_000)
	coordinator := authz.Actor{Role: authz.Coordinator, AccountID: uuid.New()}
	for words, most := range map[string]float64{"kaffeklub": 8, "sprog": 12, "kaf": 12, "børnecafé kaffeklub": 8} {
		took := func(db *pg.DB) time.Duration {
			start := time.Now()
			if _, err := New(db).rows(t.Context(), allSQL, coordinator, parsed(t, words), Best, 0); err != nil {
				t.Fatal(err)
			}
			return time.Since(start)
		}
		var ofFew, ofMany []time.Duration
		for range 15 { // in turn, so that what else the machine does meets both
			ofFew, ofMany = append(ofFew, took(few)), append(ofMany, took(many))
		}
		slices.Sort(ofFew)
		slices.Sort(ofMany)
		if ratio := float64(ofMany[7]) / float64(ofFew[7]); ratio > most {
			t.Errorf("%q: %v among 20,000, %v among 1,000", words, ofMany[7], ofFew[7])
		} else {
			t.Logf("%q: %v among 20,000, %v among 1,000: %.1f", words, ofMany[7], ofFew[7], ratio)
		}
	}

	// The indexes are what it is found by, also when the plan is made once for
	// whatever will be asked.
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		for kind, indexes := range map[Kind][]string{
			Organisation: {"organisations_words_idx", "organisations_named_idx"}, Offer: {"offers_words_idx", "offers_named_idx"},
			Ask: {"asks_words_idx", "asks_named_idx"}, Initiative: {"initiatives_words_idx", "initiatives_named_idx"},
			Inquiry: {"inquiries_words_idx", "inquiry_messages_words_idx"}, Cafe: {"cafes_words_idx"},
		} {
			plan := strings.Join(explain(t, many, mode, ofSQL[kind], coordinator, "kaffeklub"), "\n")
			for _, index := range indexes {
				if !strings.Contains(plan, "Bitmap Index Scan on "+index) {
					t.Errorf("%s, %s: %s is not used:\n%s", mode, kind, index, plan)
				}
			}
		}
	}
}

func parsed(t testing.TB, words string) search.Query {
	t.Helper()
	q, ok := search.Parse(words)
	if !ok {
		t.Fatalf("%q is nothing", words)
	}
	return q
}

func explain(t testing.TB, db *pg.DB, mode, sql string, actor authz.Actor, words string) []string {
	t.Helper()
	exact, beginnings := parsed(t, words).Terms()
	var plan []string
	err := pgx.BeginFunc(t.Context(), db.Pool(), func(tx pgx.Tx) error {
		for _, set := range []string{`SET LOCAL plan_cache_mode = ` + mode, `PREPARE looked (text, text, boolean, uuid[], uuid, uuid[], boolean, int, int, text, timestamptz) AS ` + sql} {
			if _, err := tx.Exec(t.Context(), set); err != nil {
				return err
			}
		}
		rows, err := tx.Query(t.Context(), `EXPLAIN (COSTS OFF) EXECUTE looked ('`+exact+`', '`+beginnings+`', false, '{}', '`+actor.AccountID.String()+`', '{}', `+strconv.FormatBool(actor.Staff())+`, 5, 0, '', now())`)
		if err != nil {
			return err
		}
		plan, err = pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `DEALLOCATE looked`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
