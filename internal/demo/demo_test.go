package demo

import (
	"testing"
	"time"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// counts are what must be in the demo at the least, and what filling it in
// again must leave as it is.
func counts(t *testing.T, db *pg.DB) map[string]int {
	t.Helper()
	m := map[string]int{}
	for name, sql := range map[string]string{
		"districts":              `districts`,
		"drawn districts":        `districts WHERE outline IS NOT NULL`,
		"districts with plans":   `districts d WHERE EXISTS (SELECT FROM district_plans p WHERE p.district_id = d.id)`,
		"without plans":          `districts d WHERE NOT EXISTS (SELECT FROM district_plans p WHERE p.district_id = d.id)`,
		"without contact":        `districts WHERE contact_account_id IS NULL`,
		"organisations":          `organisations`,
		"pending organisations":  `organisations WHERE status = 'pending'`,
		"offers":                 `offers`,
		"published offers":       `offers WHERE status = 'published'`,
		"venues":                 `(SELECT DISTINCT venue FROM cafes) v`,
		"dates":                  `occasions`,
		"coming dates":           `occasions WHERE starts_at > now()`,
		"past dates":             `occasions WHERE ends_at < now()`,
		"people":                 `sign_ups`,
		"waiting":                `sign_ups s JOIN occasion_places p ON p.id = s.place_id JOIN occasions o ON o.id = p.occasion_id WHERE s.status = 'waiting' AND o.starts_at > now()`,
		"came":                   `sign_ups WHERE came > 0`,
		"accounts":               `accounts`,
		"mails nobody waits for": `river_job`,
		"oversold":               `occasion_places WHERE taken > capacity`,
		"left in line":           `sign_ups s JOIN occasion_places p ON p.id = s.place_id WHERE s.status = 'waiting' AND s.party <= p.capacity - p.taken`,
	} {
		n, err := pg.One(t.Context(), db.Fresh(), `SELECT count(*)::int FROM `+sql, pg.Scalar[int])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m[name] = n
	}
	return m
}

func TestTheDemoIsFilledInOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	now := time.Now()
	if err := Fill(t.Context(), db, now); err != nil {
		t.Fatal(err)
	}
	first := counts(t, db)
	for name, least := range map[string]int{"districts": 8, "drawn districts": 8, "districts with plans": 1, "without plans": 1,
		"organisations": 25, "pending organisations": 1, "offers": 30, "published offers": 25, "venues": 3, "coming dates": 20,
		"past dates": 8, "people": 200, "waiting": 3, "came": 20, "accounts": 5} {
		if first[name] < least {
			t.Errorf("%d %s, want at least %d", first[name], name, least)
		}
	}
	for _, none := range []string{"without contact", "mails nobody waits for", "oversold"} {
		if first[none] != 0 {
			t.Errorf("%d %s", first[none], none)
		}
	}
	if err := Fill(t.Context(), db, now); err != nil {
		t.Fatal(err)
	}
	for name, n := range counts(t, db) {
		if n != first[name] {
			t.Errorf("again: %d %s, first %d", n, name, first[name])
		}
	}
	if err := Fill(t.Context(), db, now.AddDate(0, 0, 21)); err != nil {
		t.Fatal(err)
	}
	if later := counts(t, db); later["dates"] <= first["dates"] || later["people"] <= first["people"] || later["accounts"] != first["accounts"] {
		t.Errorf("three weeks later: %v", later)
	}
}

func TestProductionRefusesDemoAccounts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := Refuse(t.Context(), db); err != nil {
		t.Errorf("an empty database: %v", err)
	}
	if err := Fill(t.Context(), db, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := Refuse(t.Context(), db); err == nil {
		t.Error("demo accounts are let in")
	}
}
