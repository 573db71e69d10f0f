package main

import (
	"context"
	"fmt"

	"mellemrum/internal/pg"
)

// paths are the pages that are measured.
type paths struct {
	list string
	date string
	open []string // dates that take sign-ups
}

const openDates = 200

// fill makes 40 cafés with 50 weekly dates each, half of them past, and 30
// sign-ups a date, if they are not there from an earlier run.
func fill(ctx context.Context, db *pg.DB) (paths, error) {
	p := paths{list: "/cafeer"}
	there, err := pg.One(ctx, db.Fresh(), `SELECT EXISTS (SELECT FROM cafes WHERE slug = 'bench-1')`, pg.Scalar[bool])
	if err != nil {
		return p, err
	}
	if !there {
		for _, sql := range []string{
			`INSERT INTO districts (id, slug, name, created_at, updated_at)
			 SELECT gen_random_uuid(), 'bench-' || n, 'Målebydel ' || n, now(), now() FROM generate_series(1, 10) n`,
			`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
			 SELECT gen_random_uuid(), 'bench-' || n, 'Måleforening ' || n, 'association', 'approved', now(), now(), now() FROM generate_series(1, 60) n`,
			`INSERT INTO cafes (id, slug, name, district_id, venue, address, about, languages, starts, ends, created_at, updated_at)
			 SELECT gen_random_uuid(), 'bench-' || n, 'Målecafé ' || n, (SELECT id FROM districts WHERE slug = 'bench-' || (n % 10 + 1)),
			        'Beboerhuset', 'Opdigtet Vej ' || n, repeat('Kaffe, kage og snak. ', 12), '{da,ar,uk}', '16:30', '18:30', now(), now()
			 FROM generate_series(1, 40) n`,
			`INSERT INTO cafe_hosts (cafe_id, organisation_id)
			 SELECT c.id, o.id FROM cafes c JOIN organisations o ON o.slug IN
			   ('bench-' || substr(c.slug, 7), 'bench-' || (substr(c.slug, 7)::int + 20)) WHERE c.slug LIKE 'bench-%'`,
			`INSERT INTO cafe_places (cafe_id, kind, capacity)
			 SELECT c.id, k, n FROM cafes c, (VALUES ('guest', 24), ('host', 6)) v (k, n) WHERE c.slug LIKE 'bench-%'`,
			`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at)
			 SELECT gen_random_uuid(), c.id, d::date, (d::date + time '16:30') AT TIME ZONE 'Europe/Copenhagen', (d::date + time '18:30') AT TIME ZONE 'Europe/Copenhagen'
			 FROM cafes c, generate_series(1, 50) n, LATERAL (SELECT current_date + (n - 25) * 7 + substr(c.slug, 7)::int % 5 AS d) d WHERE c.slug LIKE 'bench-%'`,
			`INSERT INTO occasion_places (id, occasion_id, kind, capacity)
			 SELECT gen_random_uuid(), o.id, p.kind, p.capacity FROM occasions o JOIN cafe_places p ON p.cafe_id = o.cafe_id JOIN cafes c ON c.id = o.cafe_id WHERE c.slug LIKE 'bench-%'`,
			`INSERT INTO sign_ups (id, place_id, status, name, email, party, language, locale, created_at, placed_at)
			 SELECT gen_random_uuid(), p.id, CASE WHEN n <= p.capacity THEN 'placed' ELSE 'waiting' END, 'Prøve Person', 'p' || n || '@bench.example', 1, 'da', 'da', now(), now()
			 FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id, generate_series(1, 26) n
			 WHERE c.slug LIKE 'bench-%' AND (p.kind = 'guest' OR n <= 4)`,
			`UPDATE occasion_places p SET taken = (SELECT count(*) FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'placed')`,
			`ANALYZE`,
		} {
			if _, err := db.Pool().Exec(ctx, sql); err != nil {
				return p, fmt.Errorf("%.60s…: %w", sql, err)
			}
		}
	}
	// What earlier runs signed up would make this one slower than the first.
	for _, sql := range []string{
		`DELETE FROM sign_ups WHERE email LIKE 'person%@bench.example' OR email LIKE 'pgbench%@bench.example'`,
		`UPDATE occasion_places p SET capacity = 500, taken = (SELECT count(*) FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'placed')
		 FROM occasions o WHERE o.id = p.occasion_id AND o.starts_at > now() AND p.kind = 'guest'`,
		`DELETE FROM river_job`, `TRUNCATE demo_mails`, `VACUUM ANALYZE`,
	} {
		if _, err := db.Pool().Exec(ctx, sql); err != nil {
			return p, err
		}
	}
	p.open, err = pg.All(ctx, db.Fresh(), `
		SELECT '/cafeer/' || c.slug || '/' || o.on_date FROM occasions o JOIN cafes c ON c.id = o.cafe_id
		WHERE o.starts_at > now() + interval '1 day' AND c.slug LIKE 'bench-%' ORDER BY o.starts_at, o.id LIMIT $1`, pg.Scalar[string], openDates)
	if err != nil {
		return p, err
	}
	if len(p.open) == 0 {
		return p, fmt.Errorf("the benchmark's dates are over; remove its folder and run again")
	}
	p.date = p.open[0]
	return p, nil
}
