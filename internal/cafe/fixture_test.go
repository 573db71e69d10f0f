package cafe

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// noon is the moment of every test here.
var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

// world is a database with one district, two organisations and one café.
type world struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	now         time.Time
	cafe        Cafe
	date        time.Time
	coordinator authz.Actor
	stranger    authz.Actor // coordinator elsewhere
	host        authz.Actor // partner that holds the café
	other       authz.Actor // partner that does not
}

// newWorld makes a café with one date a week ahead and the given room.
func newWorld(t *testing.T, capacity map[Kind]int) *world {
	t.Helper()
	w := &world{t: t, now: noon}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 12, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	district, host, other := uuid.New(), uuid.New(), uuid.New()
	w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, 'testby', 'Testby', now(), now())`, district)
	for id, slug := range map[uuid.UUID]string{host: "vaerterne", other: "de-andre"} {
		w.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
			VALUES ($1, $2, $2, 'association', 'approved', now(), now(), now())`, id, slug)
	}
	w.coordinator = authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{district}}
	w.stranger = authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{uuid.New()}}
	w.host = authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: host}}}
	w.other = authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: other, Contact: true}}}
	w.cafe, err = w.s.Create(t.Context(), w.coordinator, Series{Name: "Café Prøve", DistrictID: district, Venue: "Beboerhuset",
		Address: "Opdigtet Vej 1", Starts: "16:30", Ends: "18:30", Hosts: []uuid.UUID{host}, Places: Room(capacity), Habits: UsualHabits})
	if err != nil {
		t.Fatal(err)
	}
	w.date = day("2026-12-01")
	if n, err := w.s.AddDates(t.Context(), w.coordinator, w.cafe.ID, []time.Time{w.date}); err != nil || n != 1 {
		t.Fatalf("AddDates: %d, %v", n, err)
	}
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	n, err := pg.One(context.Background(), w.db.Pool(), `SELECT count(*)::int `+sql, pg.Scalar[int], args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func guest(n, party int) SignUp {
	return SignUp{Place: "guest", Name: fmt.Sprintf("Gæst %d", n), Email: fmt.Sprintf("gaest%d@post.example", n), Party: party, Locale: "da"}
}

func (w *world) signUp(in SignUp) Receipt {
	w.t.Helper()
	r, err := w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) mine(r Receipt) Mine {
	w.t.Helper()
	m, err := w.s.ByToken(context.Background(), r.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// mails counts the mails of one letter that wait to be sent.
func (w *world) mails(letter string) int {
	return w.count(`FROM river_job WHERE kind = 'mail' AND args->>'letter' = $1`, letter)
}

// check holds what must be true of every place at every moment.
func (w *world) check() {
	w.t.Helper()
	if n := w.count(`FROM occasion_places p WHERE taken > capacity OR taken <> (
		SELECT coalesce(sum(party), 0) FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'placed')`); n > 0 {
		w.t.Errorf("%d places are oversold or miscounted", n)
	}
	// On the day those who wait are asked first, and have to say yes.
	if n := w.count(`FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
		WHERE s.status = 'waiting' AND p.closed_at IS NULL AND o.starts_at > $1 AND s.party <= p.capacity - p.taken
		  AND p.deciding_until IS NULL
		  AND NOT ($1 >= `+callFrom+` AND coalesce(s.called_at >= `+callFrom+`, false) AND coalesce(s.said_yes_at < `+callFrom+`, true))`, w.now); n > 0 {
		w.t.Errorf("%d parties wait beside a place that they fit", n)
	}
}
