package organisation

import (
	"strings"
	"testing"
	"time"

	"mellemrum/internal/pg"
)

// A year after it was last heard of, after twenty and after forty days more, each
// in the morning and each once; an address that speaks for two hears of one a day.
func TestOnceAYearAnOrganisationIsAskedWhetherItIsThere(t *testing.T) {
	b := setUp(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := b.db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE organisations SET status = 'declined', decline_reason = 'x', decided_at = now()`)
	add := func(slug, email string, heard time.Time) {
		exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, active_at, created_at, updated_at)
			VALUES (gen_random_uuid(), $1::text, $1::text, 'association', 'approved', 'Prøve', $2, $3, $3, $3, $3)`, slug, email, heard)
	}
	heard := time.Date(2025, 11, 1, 12, 0, 0, 0, time.UTC)
	add("de-foerste", "begge@post.example", heard)
	add("de-naeste", "BEGGE@post.example", heard)
	add("uden-adresse", "", heard)
	add("hoert-i-sommer", "sommer@post.example", heard.AddDate(0, 8, 0))
	seen := 0
	for _, c := range []struct {
		at   string
		want string // to whom, by the organisation asked about
	}{
		{"2026-11-01T07:59:00Z", ""},
		{"2026-11-01T08:00:00Z", "one"},
		{"2026-11-01T08:01:00Z", ""},
		{"2026-11-02T07:00:00Z", "one"}, // the other one, the day after
		{"2026-11-02T08:01:00Z", ""},
		{"2026-11-21T08:00:00Z", "one"},
		{"2026-11-22T08:00:00Z", "one"},
		{"2026-12-11T08:00:00Z", "one"},
		{"2026-12-12T08:00:00Z", "one"},
		{"2027-02-01T08:00:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		s := New(b.db.At(at))
		for range 2 {
			if err := s.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		all := b.list(`SELECT args->'facts'->>'organisation' FROM river_job WHERE args->>'letter' = 'organisation_active' ORDER BY id`)
		fresh := all[seen:]
		seen = len(all)
		if got := map[bool]string{true: "one", false: strings.Join(fresh, " ")}[len(fresh) == 1]; got != c.want {
			t.Errorf("%s: asked %q", c.at, fresh)
		}
	}
	if n, err := pg.One(t.Context(), b.db.Fresh(), `SELECT count(*)::int FROM organisations WHERE active_letters = 3 AND active_asked < '2026-11-10'`, pg.Scalar[int]); err != nil || n != 3 {
		t.Errorf("%d wait since then, %v", n, err)
	}
}
